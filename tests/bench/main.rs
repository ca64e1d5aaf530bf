//! What `scripts/bench` runs beside the program itself:
//!
//! - `compare generate RECORDS SEED` writes a bundle of invented records;
//! - `compare prepare` says what to ask for in a database that such a bundle was imported into;
//! - `compare serve CONNECTIONS` is the real service, configured by its variables, and in it, behind the same middleware,
//!   what it is compared with ([`handlers`]).
//!
//! Without arguments, as `cargo bench` and `cargo test --all-targets` run it, it does nothing.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement may fall over, and has no clock to set"
)]

/// The program's own: with another, neither would be measured as it is.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod bundle;
mod handlers;
mod prepare;

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::Arc;

use anyhow::{Context, bail};
use api::clock::SystemClock;
use api::config::Config;
use api::config::flags::Given;
use api::start;

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["generate", records, seed] => {
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            bundle::write(&mut out, records.parse()?, seed.parse()?)?;
            Ok(out.flush()?)
        }
        ["prepare"] => actix_web::rt::System::new().block_on(prepare()),
        ["serve", connections] => {
            let connections = connections.parse()?;
            actix_web::rt::System::new().block_on(serve(connections))
        }
        [] | ["--bench", ..] => Ok(()),
        _ => bail!("this is run by scripts/bench"),
    }
}

fn config() -> anyhow::Result<Config> {
    let loaded = Config::load(&Given::default(), &|name| std::env::var_os(name));
    Ok(loaded.map_err(|faults| anyhow::anyhow!("{faults:?}"))?.config)
}

async fn prepare() -> anyhow::Result<()> {
    let house = start::open(&config()?, Arc::new(SystemClock)).await?;
    println!("{}", prepare::prepare(&house).await?);
    house.close().await
}

async fn serve(connections: u32) -> anyhow::Result<()> {
    let config = config()?;
    let database = std::env::var("DATABASE_URL").context("DATABASE_URL must say which database")?;
    let listener = TcpListener::bind(config.listen)?;
    let house = start::open(&config, Arc::new(SystemClock)).await?;
    let further = move |services: &mut _| handlers::routes(services, &database, connections);
    let mut running = start::serve_with(&config, house, listener, further)?;
    println!("http://{}", running.address);
    let mut stop = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = stop.recv() => running.stop(false).await,
        error = running.failed() => Err(error),
    }
}
