use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn session(starts_at: &str) -> Session {
    Session { starts_at: at(starts_at), minutes: 90 }
}

fn question(zones: &[(Tz, u64)], sessions: usize) -> Question {
    Question {
        zones: zones.iter().map(|&(zone, weight)| Weighted { zone, weight }).collect(),
        hours: Hours::default(),
        minutes: 90,
        from: NaiveDate::from_ymd_opt(2027, 3, 1).unwrap(),
        days: 92,
        sessions,
        earlier: Vec::new(),
    }
}

/// Half the world apart.
const FAR: [Tz; 3] = [Tz::America__Mexico_City, Tz::Africa__Juba, Tz::Pacific__Fiji];

fn far() -> Vec<(Tz, u64)> {
    FAR.map(|zone| (zone, 1)).to_vec()
}

/// What each zone bears of the first slots, in order.
fn borne(placed: &[Placed]) -> Vec<u64> {
    let zones = placed[0].slots[0].burdens.len();
    (0..zones).map(|zone| placed.iter().map(|p| p.slots[0].burdens[zone]).sum()).collect()
}

#[test]
fn a_burden_grows_into_the_night() {
    let burden = |starts_at| Hours::default().burden(&session(starts_at), Tz::UTC);
    assert_eq!(burden("2027-03-01T12:00:00Z"), 0);
    assert_eq!(burden("2027-03-01T08:00:00Z"), (4 * 250) / 6);
    assert_eq!(burden("2027-03-01T22:00:00Z"), (4 * 500 + 2 * 750) / 6);
    assert_eq!(burden("2027-03-01T01:00:00Z"), 1000);
    assert_eq!(burden("2027-03-01T23:30:00Z"), (2 * 750 + 4 * 1000) / 6);
    let late = Hours { from: 20 * 4, to: 96 };
    assert!(late.suit(&session("2027-03-01T22:30:00Z"), Tz::UTC));
    assert!(!late.suit(&session("2027-03-01T23:00:00Z"), Tz::UTC));
}

#[test]
fn whoever_meets_outside_of_seven_to_ten_is_named() {
    for (starts_at, outside) in
        [("07:00", false), ("06:45", true), ("20:30", false), ("20:45", true), ("03:00", true)]
    {
        let session = session(&format!("2027-03-01T{starts_at}:00Z"));
        assert_eq!(is_outside(&session, Tz::UTC), outside, "{starts_at}");
    }
    // By the clock of the day: London is an hour ahead in summer.
    assert!(!is_outside(&session("2027-07-01T06:00:00Z"), Tz::Europe__London));
    assert!(is_outside(&session("2027-01-01T06:00:00Z"), Tz::Europe__London));
}

#[test]
fn fairness_is_between_nothing_and_all() {
    let zones = [Tz::UTC, Tz::Pacific__Auckland];
    assert_eq!(fairness(&[], &zones).index, 1000);
    assert_eq!(fairness(&[session("2027-06-01T12:00:00Z")], &[]).index, 1000);
    // Noon in UTC is midnight in Auckland.
    let unfair = fairness(&[session("2027-06-01T12:00:00Z"), session("2027-06-08T12:00:00Z")], &zones);
    assert_eq!((unfair.index, unfair.zones[0].total, unfair.zones[1].total), (0, 0, 2000));
    assert_eq!((unfair.zones[0].outside, unfair.zones[1].outside), (0, 2));
    let turns = fairness(&[session("2027-06-01T12:00:00Z"), session("2027-06-08T00:00:00Z")], &zones);
    assert_eq!((turns.index, turns.zones[0].outside, turns.zones[1].outside), (1000, 1, 1));
    assert_eq!(fairness(&[session("2027-06-01T03:00:00Z")], &[Tz::UTC]).index, 1000, "alone, one is equal");
}

#[test]
fn nobody_is_always_the_one_awake_at_night() {
    let placed = suggest(&question(&far(), 12));
    assert_eq!(placed.len(), 12);
    let sessions: Vec<Session> =
        placed.iter().map(|p| Session { starts_at: p.slots[0].starts_at, minutes: 90 }).collect();
    let fair = fairness(&sessions, &FAR);
    assert!(fair.index > 900, "{fair:?}");
    for zone in &fair.zones {
        assert!(zone.outside < 12, "{fair:?}");
    }
    // The best single time again and again would be worse for somebody.
    let first = Session { starts_at: sessions[0].starts_at, minutes: 90 };
    let always: Vec<Session> = (0..12).map(|_| first).collect();
    assert!(fairness(&always, &FAR).index < fair.index);
}

#[test]
fn what_was_before_counts() {
    let mut asked = question(&far(), 1);
    let fresh = suggest(&asked)[0].slots[0].clone();
    let burdened = (0..3).max_by_key(|&zone| fresh.burdens[zone]).unwrap();
    asked.earlier = (1..5).map(|weeks| fresh.starts_at - Duration::weeks(weeks)).collect();
    let next = &suggest(&asked)[0].slots[0];
    assert!(next.burdens[burdened] < fresh.burdens[burdened], "{fresh:?} {next:?}");
}

#[test]
fn weight_is_felt_and_nobody_carries_all_of_it() {
    let zones = [(Tz::UTC, 5), (Tz::Pacific__Auckland, 1)];
    let borne = borne(&suggest(&question(&zones, 20)));
    assert!(borne[0] < borne[1] && borne[0] > 0, "{borne:?}");
}

#[test]
fn sessions_are_spread_over_the_days_and_their_slots_differ() {
    let placed = suggest(&question(&far(), 5));
    let mut last = NaiveDate::from_ymd_opt(2027, 2, 28).unwrap();
    for session in &placed {
        assert_eq!(session.from, last.succ_opt().unwrap());
        last = session.to;
        assert_eq!(session.slots.len(), SLOTS);
        for (number, slot) in session.slots.iter().enumerate() {
            let day = slot.starts_at.date_naive();
            assert!((session.from..=session.to).contains(&day));
            let minute = |s: &Slot| i64::from(s.starts_at.hour() * 60 + s.starts_at.minute());
            for other in &session.slots[..number] {
                assert!((minute(slot) - minute(other)).abs() >= APART);
            }
        }
    }
    assert_eq!(last, NaiveDate::from_ymd_opt(2027, 5, 31).unwrap());
    assert_eq!(placed, suggest(&question(&far(), 5)), "the same again");
}

#[test]
fn one_zone_meets_when_it_likes_and_in_the_middle_of_the_period() {
    let placed = suggest(&question(&[(Tz::Asia__Kathmandu, 1)], 1));
    assert_eq!(placed[0].slots[0].burdens, [0]);
    let middle = at("2027-04-16T00:00:00Z");
    assert!((placed[0].slots[0].starts_at - middle).abs() < Duration::days(1), "{placed:?}");
}

#[test]
fn clocks_that_change_are_read_on_the_day() {
    // London's clocks change in the night to 28 March 2027: 08:00 UTC is 08:00 before and 09:00 after.
    let mut asked = question(&[(Tz::Europe__London, 1)], 1);
    asked.hours = Hours { from: 9 * 4, to: 11 * 4 };
    asked.minutes = 120;
    for (from, days, starts_at) in
        [((2027, 3, 27), 1, "2027-03-27T09:00:00Z"), ((2027, 3, 28), 1, "2027-03-28T08:00:00Z")]
    {
        asked.from = NaiveDate::from_ymd_opt(from.0, from.1, from.2).unwrap();
        asked.days = days;
        assert_eq!(suggest(&asked)[0].slots[0].starts_at, at(starts_at));
    }
}
