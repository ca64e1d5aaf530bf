//! A database for one test: a copy of one that has been migrated once, or an empty one.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use api::db::{Target, migrate_up};
use migration::Migrator;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, Statement};
use sea_orm_migration::MigratorTrait;

/// The server that tests on PostgreSQL use; without it they use SQLite.
const SERVER: &str = "SOLIDARITY_TEST_DATABASE";
/// The number of the advisory lock under which the template is made.
const LOCK: i64 = 0x7465_7374;

/// A database of one's own. Dropping it throws it away.
pub struct Database {
    url: String,
    /// The server's address and the database's name, on PostgreSQL.
    on_server: Option<(String, String)>,
}

impl Database {
    /// With the newest schema and nothing in it. SQLite keeps it in the folder.
    pub async fn migrated(folder: &Path) -> Self {
        match std::env::var(SERVER) {
            Ok(server) => Self::copied(server).await,
            Err(_) => {
                let path = folder.join("solidarity.db");
                fs::copy(template_file().await, &path).unwrap();
                Self::file(&path)
            }
        }
    }

    /// With nothing at all in it.
    pub async fn empty(folder: &Path) -> Self {
        match std::env::var(SERVER) {
            Ok(server) => {
                let connection = connect(&server).await;
                Self::on_server(server, connection, "").await
            }
            Err(_) => Self::file(&folder.join("solidarity.db")),
        }
    }

    fn file(path: &Path) -> Self {
        Self { url: format!("sqlite://{}", path.display()), on_server: None }
    }

    async fn copied(server: String) -> Self {
        let connection = connect(&server).await;
        let template = template_database(&server, &connection).await;
        // As files, where the server can: its usual way writes every page into its log as well.
        let can = "SELECT current_setting('server_version_num')::int >= 150000";
        let can = Statement::from_string(connection.get_database_backend(), can);
        let can: bool = connection.query_one_raw(can).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        let how = if can { " STRATEGY FILE_COPY" } else { "" };
        Self::on_server(server, connection, &format!("TEMPLATE {template}{how}")).await
    }

    async fn on_server(server: String, connection: DatabaseConnection, like: &str) -> Self {
        let name = format!("solidarity_test_{}", api::ids::v4().simple());
        connection.execute_unprepared(&format!("CREATE DATABASE {name} {like}")).await.unwrap();
        connection.close().await.unwrap();
        Self { url: beside(&server, &name), on_server: Some((server, name)) }
    }

    /// Its address, as the setting `database` wants it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same, for what works on the database directly.
    pub fn target(&self) -> Target {
        Target::parse(&self.url).unwrap()
    }

    /// A connection of one's own.
    pub async fn connect(&self) -> DatabaseConnection {
        connect(&self.url).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some((server, name)) = self.on_server.take() else { return };
        // Not on the test's own runtime, which waits for us.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        });
        // A database that stays behind on a server for tests is no reason to fail.
        let _ = dropping.join();
    }
}

/// Names this build's schema: another build may have changed a step without changing its name.
fn schema() -> String {
    let mut hasher = DefaultHasher::new();
    for step in Migrator::get_migration_files() {
        step.name().hash(&mut hasher);
    }
    let program = std::env::current_exe().unwrap();
    fs::metadata(program).unwrap().modified().unwrap().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// A migrated file, made by whoever comes first.
async fn template_file() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let template = folder.join(format!("template-{}.db", schema()));
    if template.exists() {
        return template;
    }
    let lock = File::create(folder.join("template.lock")).unwrap();
    lock.lock().unwrap();
    if !template.exists() {
        let old = |name: &str| name.starts_with("template-");
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.file_name().to_str().is_some_and(old) {
                let _ = fs::remove_file(entry.path());
            }
        }
        let draft = template.with_extension("draft");
        migrate_up(&Target::Sqlite(draft.clone())).await.unwrap();
        fs::rename(draft, &template).unwrap();
    }
    template
}

/// A migrated database, made by whoever comes first. Nobody is ever connected to it, so that it can be copied.
async fn template_database(server: &str, connection: &DatabaseConnection) -> String {
    let name = format!("solidarity_template_{}", schema());
    let found = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    let found = Statement::from_string(connection.get_database_backend(), found);
    if connection.query_one_raw(found.clone()).await.unwrap().is_none() {
        connection.execute_unprepared(&format!("SELECT pg_advisory_lock({LOCK})")).await.unwrap();
        if connection.query_one_raw(found).await.unwrap().is_none() {
            let draft = format!("{name}_draft");
            connection
                .execute_unprepared(&format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"))
                .await
                .unwrap();
            connection.execute_unprepared(&format!("CREATE DATABASE {draft}")).await.unwrap();
            migrate_up(&Target::parse(&beside(server, &draft)).unwrap()).await.unwrap();
            let rename = format!("ALTER DATABASE {draft} RENAME TO {name}");
            // The connection that migrated may take a moment to be gone.
            while let Err(error) = connection.execute_unprepared(&rename).await {
                assert!(error.to_string().contains("being accessed"), "{error}");
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
    }
    name
}

/// The address of another database on the same server.
fn beside(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(name);
    url.into()
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.unwrap()
}

async fn run(url: &str, statement: &str) {
    let connection = connect(url).await;
    connection.execute_unprepared(statement).await.unwrap();
    connection.close().await.unwrap();
}
