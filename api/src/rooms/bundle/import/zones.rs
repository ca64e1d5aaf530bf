//! Which zone a calendar means: by the names of the IANA database, by what programs put in front of them, and by the names of
//! Windows (CLDR, `windowsZones`).

use chrono_tz::Tz;

/// The names of Windows that calendars come with.
const WINDOWS: [(&str, Tz); 52] = [
    ("UTC", Tz::UTC),
    ("GMT Standard Time", Tz::Europe__London),
    ("Greenwich Standard Time", Tz::Atlantic__Reykjavik),
    ("W. Europe Standard Time", Tz::Europe__Berlin),
    ("Central Europe Standard Time", Tz::Europe__Budapest),
    ("Central European Standard Time", Tz::Europe__Warsaw),
    ("Romance Standard Time", Tz::Europe__Paris),
    ("GTB Standard Time", Tz::Europe__Bucharest),
    ("E. Europe Standard Time", Tz::Europe__Chisinau),
    ("FLE Standard Time", Tz::Europe__Kiev),
    ("Russian Standard Time", Tz::Europe__Moscow),
    ("Turkey Standard Time", Tz::Europe__Istanbul),
    ("Belarus Standard Time", Tz::Europe__Minsk),
    ("Morocco Standard Time", Tz::Africa__Casablanca),
    ("W. Central Africa Standard Time", Tz::Africa__Lagos),
    ("South Africa Standard Time", Tz::Africa__Johannesburg),
    ("E. Africa Standard Time", Tz::Africa__Nairobi),
    ("Egypt Standard Time", Tz::Africa__Cairo),
    ("Libya Standard Time", Tz::Africa__Tripoli),
    ("Namibia Standard Time", Tz::Africa__Windhoek),
    ("Sudan Standard Time", Tz::Africa__Khartoum),
    ("South Sudan Standard Time", Tz::Africa__Juba),
    ("Israel Standard Time", Tz::Asia__Jerusalem),
    ("Jordan Standard Time", Tz::Asia__Amman),
    ("Middle East Standard Time", Tz::Asia__Beirut),
    ("Syria Standard Time", Tz::Asia__Damascus),
    ("Arabic Standard Time", Tz::Asia__Baghdad),
    ("Arab Standard Time", Tz::Asia__Riyadh),
    ("Arabian Standard Time", Tz::Asia__Dubai),
    ("Iran Standard Time", Tz::Asia__Tehran),
    ("Afghanistan Standard Time", Tz::Asia__Kabul),
    ("Pakistan Standard Time", Tz::Asia__Karachi),
    ("India Standard Time", Tz::Asia__Kolkata),
    ("Nepal Standard Time", Tz::Asia__Kathmandu),
    ("Bangladesh Standard Time", Tz::Asia__Dhaka),
    ("Myanmar Standard Time", Tz::Asia__Rangoon),
    ("SE Asia Standard Time", Tz::Asia__Bangkok),
    ("Singapore Standard Time", Tz::Asia__Singapore),
    ("China Standard Time", Tz::Asia__Shanghai),
    ("Taipei Standard Time", Tz::Asia__Taipei),
    ("Tokyo Standard Time", Tz::Asia__Tokyo),
    ("Korea Standard Time", Tz::Asia__Seoul),
    ("AUS Eastern Standard Time", Tz::Australia__Sydney),
    ("New Zealand Standard Time", Tz::Pacific__Auckland),
    ("Eastern Standard Time", Tz::America__New_York),
    ("Central Standard Time", Tz::America__Chicago),
    ("Mountain Standard Time", Tz::America__Denver),
    ("Pacific Standard Time", Tz::America__Los_Angeles),
    ("SA Pacific Standard Time", Tz::America__Bogota),
    ("Venezuela Standard Time", Tz::America__Caracas),
    ("E. South America Standard Time", Tz::America__Sao_Paulo),
    ("Argentina Standard Time", Tz::America__Buenos_Aires),
];

/// The zone of this name. Programs put paths in front of it, such as `/freeassociation.sourceforge.net/Africa/Juba`.
pub fn zone(name: &str) -> Option<Tz> {
    let name = name.trim();
    if let Some((_, zone)) = WINDOWS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        return Some(*zone);
    }
    let mut rest = Some(name.trim_start_matches('/'));
    while let Some(name) = rest {
        if let Ok(zone) = name.parse() {
            return Some(zone);
        }
        rest = name.split_once('/').map(|(_, rest)| rest);
    }
    None
}
