//! Looking into the database, for what no call tells.

use sea_orm::{ConnectionTrait as _, DbBackend, QueryResult, Statement};
use uuid::Uuid;

use super::House;

impl House {
    /// The number that a query `SELECT count(*) AS n …` gives.
    pub async fn count(&self, query: &str) -> i64 {
        self.rows(query).await[0].try_get("", "n").unwrap()
    }

    /// The texts that a query `SELECT … AS line …` gives.
    pub async fn lines(&self, query: &str) -> Vec<String> {
        self.rows(query).await.iter().map(|row| row.try_get("", "line").unwrap()).collect()
    }

    /// The identifier that a query `SELECT id …` gives.
    pub async fn id(&self, query: &str) -> Uuid {
        self.rows(query).await[0].try_get("", "id").unwrap()
    }

    /// Everything that is stored of a table: the text of its rows and, on SQLite, the files as they are.
    pub async fn dump(&self, table: &str) -> String {
        let connection = self.database.connect().await;
        let sqlite = connection.get_database_backend() == DbBackend::Sqlite;
        connection.close().await.unwrap();
        if sqlite {
            let files = ["solidarity.db", "solidarity.db-wal"].map(|name| {
                let bytes = std::fs::read(self.folder.path().join(name)).unwrap_or_default();
                String::from_utf8_lossy(&bytes).into_owned()
            });
            return files.concat();
        }
        let rows = self.rows(&format!("SELECT t::text AS t FROM {table} t")).await;
        rows.iter().map(|row| row.try_get::<String>("", "t").unwrap()).collect()
    }

    /// A file of the data folder.
    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// The text of a file of the data folder.
    pub fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Whether it stands on PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.database.url().starts_with("postgres")
    }

    /// What takes the triggers away that keep the audit log from being changed.
    pub fn untriggered(&self) -> &'static str {
        match self.is_postgres() {
            true => "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
            false => "DROP TRIGGER audit_entry_is_not_changed",
        }
    }

    /// The rows that a query gives.
    pub async fn rows(&self, query: &str) -> Vec<QueryResult> {
        let connection = self.database.connect().await;
        let statement = Statement::from_string(connection.get_database_backend(), query);
        let rows = connection.query_all_raw(statement).await.expect(query);
        connection.close().await.unwrap();
        rows
    }
}
