//! Many at once, at more than one process.

use std::time::Duration;

use futures_util::future::join_all;
use sea_orm::QueryResult;
use serde_json::{Value, json};

use super::{comer, desk, scheduled};
use crate::house::House;
use crate::house::program::Server;
use crate::records::address;

const QUIET: &[(&str, &str)] =
    &[("SOLIDARITY_RATE_LIMITS", "off"), ("SOLIDARITY_LOG", "warn,api::command=info")];
const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0", "--no-worker"];
const SEATS: usize = 50;
const COMERS: usize = 500;
const ROLES: [&str; 3] = ["activist", "donor", "ally"];

/// Sends until it is let in: who asks while too many do is told to come again.
async fn send(client: &reqwest::Client, url: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
    let key = format!("{}{}", api::ids::v4().simple(), api::ids::v4().simple());
    loop {
        let request = client.post(url).header("idempotency-key", &key).json(body);
        let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
        let answer = request.send().await.unwrap();
        let (status, again) = (answer.status().as_u16(), answer.headers().contains_key("retry-after"));
        if again && matches!(status, 503 | 409) {
            // Not all at the same moment again.
            let spread = u64::from(key.as_bytes()[0] % 16) * 100;
            tokio::time::sleep(Duration::from_millis(400 + spread)).await;
            continue;
        }
        return (status, answer.json().await.unwrap());
    }
}

/// Seats that are held, by role: at least thirty kept for activists, ten donors at most, fifty in all.
fn keeps_the_rules(held: &[usize; 3]) -> bool {
    let [activists, donors, _] = *held;
    held.iter().sum::<usize>() + 30_usize.saturating_sub(activists) <= SEATS && donors <= 10
}

fn held(rows: &[QueryResult]) -> [usize; 3] {
    let of = |row: &QueryResult| {
        let (role, n): (String, i64) = (row.try_get("", "role").unwrap(), row.try_get("", "n").unwrap());
        (ROLES.iter().position(|known| *known == role).unwrap(), usize::try_from(n).unwrap())
    };
    rows.iter().map(of).fold([0; 3], |mut held, (role, n)| {
        held[role] = n;
        held
    })
}

const HELD: &str = "SELECT role, count(*) AS n FROM registration WHERE holds_seat GROUP BY role";

/// Looks at the seats again and again until the work is done.
async fn watched<T>(house: &House, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(Duration::from_millis(400)) => {
                let held = held(&house.rows(HELD).await);
                assert!(keeps_the_rules(&held), "{held:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_at_once_take_fifty_seats_and_wait_in_the_order_of_their_arrival() {
    let house = House::open().await;
    let host = house.host().await;
    let composition = json!([{"role": "activist", "min": 30}, {"role": "donor", "max": 10}]);
    let event = scheduled(&host, json!({"capacity": SEATS, "composition": composition})).await;
    // On PostgreSQL a second process serves the same database.
    let mut server = house.is_postgres().then(|| Server::start(&house.variables(QUIET), SERVE));
    let mut addresses = vec![house.address.clone()];
    addresses.extend(server.as_mut().map(Server::address));
    let client = reqwest::Client::new();
    let answers = watched(
        &house,
        join_all((0..COMERS).map(|n| {
            let url = format!("{}{}", addresses[n % addresses.len()], desk(&event));
            let client = &client;
            async move { send(client, &url, None, &comer(ROLES[n % 3])).await }
        })),
    )
    .await;
    assert!(answers.iter().all(|(status, _)| *status == 201), "{:?}", answers.iter().find(|a| a.0 != 201));
    let of =
        |wanted: &str| answers.iter().filter(|(_, body)| body["registration"]["status"] == wanted).count();
    assert_eq!((of("confirmed"), of("waitlisted")), (SEATS, COMERS - SEATS));
    in_the_order_of_arrival(&house).await;

    // Thirty who have a seat go, and thirty come.
    let seated: Vec<&str> = answers
        .iter()
        .filter(|(_, body)| body["registration"]["status"] == "confirmed")
        .map(|(_, body)| body["manage_token"].as_str().unwrap())
        .collect();
    let changes = join_all((0..60).map(|n| {
        let address = &addresses[(n / 2) % addresses.len()];
        let (client, event, seated) = (&client, &event, &seated);
        async move {
            if n % 2 == 0 {
                let url = format!("{address}/v1/registrations/mine/cancel");
                return send(client, &url, Some(seated[n / 2]), &json!({})).await;
            }
            send(client, &format!("{address}{}", desk(event)), None, &comer(ROLES[n % 3])).await
        }
    }));
    let changes = watched(&house, changes).await;
    assert!(changes.iter().all(|(status, _)| matches!(status, 200 | 201)));
    let now = held(&house.rows(HELD).await);
    assert_eq!(now.iter().sum::<usize>(), SEATS, "what became free went to those who waited: {now:?}");
    assert!(keeps_the_rules(&now), "{now:?}");
    // Within a role nobody was passed over.
    let passed = "SELECT count(*) AS n FROM registration w JOIN registration c ON c.role = w.role AND c.arrival > w.arrival \
                  WHERE w.status = 'waitlisted' AND c.status = 'confirmed'";
    assert_eq!(house.count(passed).await, 0);
    let word = house.gallery(&event).await.json()["seats"].clone();
    assert_eq!(word, "waitlist");
}

/// Everybody sits who would sit if people were asked one by one, in the order of their numbers.
async fn in_the_order_of_arrival(house: &House) {
    let rows = house.rows("SELECT arrival, role, status FROM registration ORDER BY arrival").await;
    let mut sitting = [0; 3];
    for (expected, row) in (1_i64..).zip(&rows) {
        let role: String = row.try_get("", "role").unwrap();
        let role = ROLES.iter().position(|known| *known == role).unwrap();
        let mut with = sitting;
        with[role] += 1;
        let fits = keeps_the_rules(&with);
        if fits {
            sitting = with;
        }
        let status: String = row.try_get("", "status").unwrap();
        assert_eq!(row.try_get::<i64>("", "arrival").unwrap(), expected, "every number is given once");
        assert_eq!(status, if fits { "confirmed" } else { "waitlisted" }, "number {expected}");
    }
    assert_eq!(rows.len(), COMERS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_of_the_event_and_its_seats_race_without_a_loss() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 5})).await;
    let (client, url) = (reqwest::Client::new(), format!("{}{}", house.address, desk(&event)));
    let body = comer("ally");
    let comers = join_all((0..40).map(|_| send(&client, &url, None, &body)));
    let edits = async {
        let mut refused = 0;
        for capacity in [10, 3, 15, 4, 12] {
            let answer = host.patch(address(&event), json!({"capacity": capacity})).await;
            match answer.status {
                200 => {}
                409 | 503 => refused += 1,
                _ => panic!("{}", answer.text()),
            }
        }
        refused
    };
    let (answers, _) = tokio::join!(comers, edits);
    assert!(answers.iter().all(|(status, _)| *status == 201));
    let last = host.patch(address(&event), json!({"capacity": 20})).await;
    assert_eq!((last.status, &last.json()["capacity"]), (200, &json!(20)), "{}", last.text());
    assert_eq!(house.count("SELECT count(*) AS n FROM registration WHERE status = 'confirmed'").await, 20);
}

#[tokio::test]
async fn one_seat_is_offered_to_fifty_people_and_one_has_it() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 1})).await;
    let (client, url) = (reqwest::Client::new(), format!("{}{}", house.address, desk(&event)));
    let body = comer("ally");
    let answers = join_all((0..50).map(|_| send(&client, &url, None, &body))).await;
    assert!(answers.iter().all(|(status, _)| *status == 201));
    let seated: Vec<&Value> = answers
        .iter()
        .map(|(_, body)| body)
        .filter(|body| body["registration"]["status"] == "confirmed")
        .collect();
    assert_eq!(seated.len(), 1);
    let token = seated[0]["manage_token"].as_str();
    let url = format!("{}/v1/registrations/mine/cancel", house.address);
    let (client, nothing) = (&client, json!({}));
    let cancels = join_all((0..10).map(|_| send(client, &url, token, &nothing))).await;
    assert_eq!(cancels.iter().filter(|(status, _)| *status == 200).count(), 1);
    assert_eq!(house.count("SELECT count(*) AS n FROM registration WHERE status = 'confirmed'").await, 1);
}
