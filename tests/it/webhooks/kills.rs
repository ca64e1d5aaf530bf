//! A worker that is killed in the middle.

use serde_json::json;

use super::{active, deliveries, house, partner};
use crate::events::dialogue;
use crate::house::program::Server;
use crate::house::receiver::{Conduct, Receiver};

const LOUD: &[(&str, &str)] = &[
    ("SOLIDARITY_WEBHOOK_LOOPBACK", "true"),
    ("SOLIDARITY_WEBHOOK_TIMEOUT", "30"),
    ("SOLIDARITY_LOG", "warn,api::command=info"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_worker_was_delivering_is_delivered_by_another_with_the_same_id() {
    let house = house().await;
    let (admin, host) = (house.admin().await, house.host().await);
    let (partner, _) = partner(&house, &admin, "One", &[]).await;
    let receiver = Receiver::open(Conduct::Accept);
    let webhook = active(&house, &partner, &receiver, &["event.published"]).await;
    receiver.set(Conduct::Hang);
    let mut expected = Vec::new();
    for _ in 0..3 {
        let event = host.makes("events", dialogue()).await;
        expected.push(host.does("schedule", &event).await["id"].clone());
    }
    let worker = Server::start(&house.variables(LOUD), &["work"]);
    let begun = receiver.next().await;
    worker.signal("KILL");
    drop(worker);
    assert_eq!(deliveries(&partner, &webhook, "status=waiting").await.len(), 3, "nothing is lost");

    receiver.set(Conduct::Accept);
    house.run_jobs().await;
    assert!(receiver.all().is_empty(), "somebody seems to be at it");
    // The lease is over.
    house.advance(std::time::Duration::from_secs(3600));
    house.run_jobs().await;
    let all = receiver.all();
    let told: Vec<_> = all.iter().map(|delivery| delivery.told().1).collect();
    assert_eq!(told, expected, "all of it, once, in its order");
    assert_eq!((all[0].id(), all[0].json()), (begun.id(), begun.json()));
    let log = deliveries(&partner, &webhook, "status=delivered&type=event.published").await;
    assert_eq!((log.len(), &log[0]["attempts"]), (3, &json!(1)));
}
