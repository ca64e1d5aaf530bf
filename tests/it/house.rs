//! A running house for one test: its own database, port, data folder and clock.

pub mod actors;
pub mod collector;
pub mod database;
pub mod letters;
pub mod mailbox;
pub mod program;
pub mod receiver;
mod rows;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use api::access::password::{Cost, Passwords};
use api::clock::{Clock, SystemClock};
use api::config::flags::Given;
use api::config::settings::Setting;
use api::config::{Config, settings};
use api::rooms::accounts::{self, Address, Creation};
use api::rooms::bundle::{self, CAMPAIGN, LineVerdict, Mode, Options};
use chrono::{DateTime, Utc};
use entity::account::Role;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName};
use sea_orm::ConnectionTrait as _;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};

pub use actors::Actor;
use database::Database;
use program::Outcome;

/// A running house. Dropping it stops the server and throws the database away.
pub struct House {
    /// Where it listens: `http://127.0.0.1:…`.
    pub address: String,
    clock: TestClock,
    client: reqwest::Client,
    orders: Option<mpsc::UnboundedSender<Order>>,
    server: Option<JoinHandle<()>>,
    further: Vec<(&'static Setting, String)>,
    database: Database,
    folder: TempDir,
}

/// What a test may ask of the running server, beside what it answers.
enum Order {
    RunJobs(oneshot::Sender<()>),
    LookAgain(oneshot::Sender<()>),
    Rebuild(oneshot::Sender<(u64, u64)>),
    LetIn { email: String, role: Role, done: oneshot::Sender<String> },
    TakeIn { bundle: String, done: oneshot::Sender<Vec<Value>> },
}

/// A clock that stands still until a test moves it.
#[derive(Clone)]
struct TestClock(Arc<Mutex<DateTime<Utc>>>);

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

impl House {
    /// Opens a house on an empty database with the newest schema. Its clock begins with the present, which is also what
    /// [`House::solidarity`] goes by.
    pub async fn open() -> Self {
        Self::open_with(&[(&settings::RATE_LIMITS, "off"), (&settings::REQUIRE_TOTP, "false")]).await
    }

    /// The same with further settings.
    pub async fn open_with(further: &[(&'static Setting, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::migrated(folder.path()).await;
        let clock = TestClock(Arc::new(Mutex::new(SystemClock.now())));
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let further = further.iter().map(|(setting, value)| (*setting, (*value).to_owned())).collect();
        let (address, orders, server) = (String::new(), None, None);
        let mut house = Self { address, clock, client, orders, server, further, database, folder };
        house.begin().await;
        house
    }

    /// Begins to serve.
    async fn begin(&mut self) {
        let config = config(&self.database, &self.folder, &self.further);
        let (opened, address) = oneshot::channel();
        let (orders, received) = mpsc::unbounded_channel();
        let time: Arc<dyn Clock> = Arc::new(self.clock.clone());
        self.server = Some(std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(serve(config, time, opened, received));
        }));
        self.address = address.await.expect("the house opens; its thread says above why it did not");
        self.orders = Some(orders);
    }

    /// Stops serving, has the program work on the database that nobody uses, and serves again.
    pub async fn solidarity_alone(&mut self, arguments: &[&str]) -> Outcome {
        self.orders = None;
        assert!(self.server.take().unwrap().join().is_ok(), "the server fell over");
        let outcome = program::run(&self.variables(&[]), arguments).await;
        self.begin().await;
        outcome
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path).await
    }

    /// GET with headers.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send_with(Method::GET, path, headers).await
    }

    /// HEAD.
    pub async fn head(&self, path: &str) -> Answer {
        self.send(Method::HEAD, path).await
    }

    /// Any method, without a body.
    pub async fn send(&self, method: Method, path: &str) -> Answer {
        self.send_with(method, path, &[]).await
    }

    /// POST of JSON without credentials.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::POST, path).json(&body)).await
    }

    /// A request to be made further.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.address))
    }

    /// Any method with headers, without a body.
    pub async fn send_with(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.request(method, path);
        answer(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    }

    /// Lets time pass.
    #[allow(dead_code, reason = "for tests of what time does")]
    pub fn advance(&self, by: Duration) {
        *self.clock.0.lock().unwrap() += by;
    }

    /// What time it is in the house.
    #[allow(dead_code, reason = "for tests of what time does")]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Does all deferred work that is due.
    pub async fn run_jobs(&self) {
        let (done, waiting) = oneshot::channel();
        let orders = self.orders.as_ref().unwrap();
        assert!(orders.send(Order::RunJobs(done)).is_ok(), "the server has ended");
        waiting.await.expect("the deferred work succeeds; the server's thread says above why it did not");
    }

    /// Renders every document anew, as `solidarity publish rebuild` does, by this house's clock: documents written, and taken
    /// away.
    pub async fn rebuild(&self) -> (u64, u64) {
        let (done, waiting) = oneshot::channel();
        let orders = self.orders.as_ref().unwrap();
        assert!(orders.send(Order::Rebuild(done)).is_ok(), "the server has ended");
        waiting.await.expect("the rebuild succeeds; the server's thread says above why it did not")
    }

    /// Takes a bundle in, as `solidarity import --mode partial --json` does, by this house's clock: the verdict on every line.
    pub async fn take_in(&self, bundle: String) -> Vec<Value> {
        let (done, waiting) = oneshot::channel();
        let orders = self.orders.as_ref().unwrap();
        assert!(orders.send(Order::TakeIn { bundle, done }).is_ok(), "the server has ended");
        waiting.await.expect("the bundle is read; the server's thread says above why it was not")
    }

    /// Makes an account with the actors' password, as `solidarity account create` does; its identifier.
    async fn let_in(&self, email: &str, role: &str) -> String {
        let role = *Role::ALL.iter().find(|known| known.as_str() == role).expect(role);
        let (done, waiting) = oneshot::channel();
        let order = Order::LetIn { email: email.to_owned(), role, done };
        assert!(self.orders.as_ref().unwrap().send(order).is_ok(), "the server has ended");
        waiting.await.expect("the account is made; the server's thread says above why it was not")
    }

    /// Runs the program on the same database and data folder, to its end, with this on standard input.
    pub async fn solidarity_reading(&self, arguments: &[&str], input: &str) -> Outcome {
        program::run_reading(&self.variables(&[]), arguments, input).await
    }

    /// Runs the program on the same database and data folder, to its end.
    pub async fn solidarity(&self, arguments: &[&str]) -> Outcome {
        self.solidarity_with(arguments, &[]).await
    }

    /// The same, with further environment variables.
    pub async fn solidarity_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
        let outcome = program::run(&self.variables(variables), arguments).await;
        self.look_again().await;
        outcome
    }

    /// What another process changes is seen within a second. Tests that are not about that second need not wait for it.
    async fn look_again(&self) {
        let (done, waiting) = oneshot::channel();
        let orders = self.orders.as_ref().unwrap();
        assert!(orders.send(Order::LookAgain(done)).is_ok(), "the server has ended");
        waiting.await.expect("the server lives");
    }

    /// The environment in which the program finds this house.
    pub fn variables(&self, further: &[(&str, &str)]) -> BTreeMap<String, String> {
        program::variables(&self.database, self.folder.path(), further)
    }

    /// Changes the database directly, for what no call offers yet.
    #[allow(dead_code, reason = "for what no call offers yet")]
    pub async fn sql(&self, statements: &str) {
        let connection = self.database.connect().await;
        connection.execute_unprepared(statements).await.expect(statements);
        connection.close().await.unwrap();
        self.look_again().await;
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // Without anybody left to give orders the server stops.
        self.orders = None;
        if let Some(server) = self.server.take()
            && server.join().is_err()
            && !std::thread::panicking()
        {
            panic!("the server fell over");
        }
    }
}

fn config(database: &Database, folder: &TempDir, further: &[(&'static Setting, String)]) -> Config {
    let given = Given::default()
        .with(&settings::DATABASE, database.url())
        .with(&settings::DATA_DIR, folder.path().to_str().unwrap())
        .with(&settings::WORKER, "false");
    // Some settings have no flag: these are told as the environment would.
    let variable = |name: &str| {
        let found = further.iter().find(|(setting, _)| setting.variable == Some(name));
        found.map(|(_, value)| value.as_str().into())
    };
    let mut config = Config::load(&given, &variable).unwrap().config;
    // Somebody signs in in nearly every test.
    if !further.iter().any(|(setting, _)| std::ptr::eq(*setting, &settings::PASSWORD_COST)) {
        config.password_cost = Cost::TRIAL;
    }
    config
}

async fn serve(
    config: Config,
    clock: Arc<dyn Clock>,
    opened: oneshot::Sender<String>,
    mut orders: mpsc::UnboundedReceiver<Order>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let house = api::start::open(&config, clock).await.unwrap();
    let (db, vault, post) = (house.db.clone(), house.vault.clone(), house.post.clone());
    let passwords = Passwords::new(Cost::TRIAL).unwrap();
    let running = api::start::serve(&config, house, listener).unwrap();
    let _ = opened.send(format!("http://{}", running.address));
    while let Some(order) = orders.recv().await {
        match order {
            Order::RunJobs(done) => {
                running.run_jobs().await.unwrap();
                let _ = done.send(());
            }
            Order::Rebuild(done) => {
                let rebuilt = api::publishing::rebuild(&db, |_| ()).await.unwrap();
                let _ = done.send((rebuilt.written, rebuilt.removed));
            }
            Order::LookAgain(done) => {
                running.look_again();
                let _ = done.send(());
            }
            Order::TakeIn { bundle, done } => {
                let options = Options { namespace: CAMPAIGN, mode: Mode::Partial, dry_run: false };
                let mut verdicts = Vec::new();
                let tell = |verdict: &LineVerdict| verdicts.push(serde_json::to_value(verdict).unwrap());
                bundle::import(&db, &vault, bundle.as_bytes(), options, tell).await.unwrap();
                let _ = done.send(verdicts);
            }
            Order::LetIn { email, role, done } => {
                let address = Address::new(post.vault(), &email).unwrap();
                let hash = Some(passwords.hash(&actors::PASSWORD.to_owned().into()).await.unwrap());
                let creation = Creation { address, role, display_name: role.to_string(), hash };
                let (id, _) = accounts::create(&db, &post, creation).await.unwrap();
                let _ = done.send(id.to_string());
            }
        }
    }
    running.stop(false).await.unwrap();
}

/// What came back.
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's text; empty if it is not there.
    pub fn header(&self, name: impl TryInto<HeaderName>) -> &str {
        let name = name.try_into().ok().expect("a header's name");
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// Sends a request.
pub async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: response.bytes().await.unwrap().to_vec() }
}

/// A token, or an address that ends with one, with another character at a place: never what it was by chance.
pub fn mistyped(token: &str, at: usize) -> String {
    let other = if token[at..].starts_with('A') { 'B' } else { 'A' };
    format!("{}{other}{}", &token[..at], &token[at + 1..])
}
