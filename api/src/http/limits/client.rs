//! Whose request it is: the address that counts for limits, and nothing finer than that.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName, X_FORWARDED_FOR};
use ipnet::IpNet;

/// Neighbours that are believed when they say for whom they ask.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Reads addresses and networks, separated by commas: `127.0.0.1, 10.0.0.0/8, fd00::/8`.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let network = |one: &str| one.parse::<IpNet>().or_else(|_| one.parse::<IpAddr>().map(IpNet::from));
        let listed = text.split(',').map(str::trim).filter(|one| !one.is_empty());
        let networks: Result<Vec<_>, _> = listed.map(network).collect();
        networks.map(Self).map_err(|_| {
            "must be addresses and networks separated by commas, such as 127.0.0.1, 10.0.0.0/8".to_owned()
        })
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The address that a request comes from: the connection's, or where that is a trusted proxy's, the right-most one in
    /// `Forwarded` or `X-Forwarded-For` that is not. Everything left of it was written by strangers.
    ///
    /// A proxy keeps one of the two headers and lets a client's own copy of the other pass. Where they disagree, neither
    /// is believed and the request counts as the proxy's.
    pub(super) fn client(&self, connection: IpAddr, headers: &HeaderMap) -> IpAddr {
        let connection = connection.to_canonical();
        if !self.trust(connection) {
            return connection;
        }
        let standard = self.walk(connection, headers, &FORWARDED, forwarded_for);
        let usual = self.walk(connection, headers, &X_FORWARDED_FOR, |hop| Some(hop));
        match (standard, usual) {
            (Some(one), Some(other)) if one != other => connection,
            (one, other) => one.or(other).unwrap_or(connection),
        }
    }

    /// Goes through the chain from its near end for as long as it was written by somebody trusted.
    fn walk(
        &self,
        connection: IpAddr,
        headers: &HeaderMap,
        name: &HeaderName,
        read: fn(&str) -> Option<&str>,
    ) -> Option<IpAddr> {
        let fields: Vec<&str> =
            headers.get_all(name).map(|field| field.to_str().unwrap_or_default()).collect();
        if fields.is_empty() {
            return None;
        }
        let mut nearest = connection;
        for hop in fields.iter().flat_map(|field| field.split(',')).rev() {
            match read(hop).and_then(address) {
                Some(address) if self.trust(nearest) => nearest = address,
                _ => break,
            }
        }
        Some(nearest)
    }
}

/// `192.0.2.43` of `proto=https; for="192.0.2.43:4711"` (RFC 7239 §4).
fn forwarded_for(hop: &str) -> Option<&str> {
    let pairs = hop.split(';').filter_map(|pair| pair.split_once('='));
    let mut named = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    named.next().map(|(_, value)| value.trim().trim_matches('"'))
}

/// An address with or without a port, IPv6 also in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let found = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    found.ok().map(|address: IpAddr| address.to_canonical())
}

/// What counts as one caller: an IPv4 address, or the /64 that one IPv6 subscriber has at least.
pub(super) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address => address,
    }
}

/// The wider network that one subscriber may have all of: an IPv4 /24, or an IPv6 /48.
pub(super) fn prefix(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)).into(),
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8)).into(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn client(connection: &str, headers: &[(&HeaderName, &str)]) -> String {
        let proxies = Proxies::parse("127.0.0.1, 10.0.0.0/8,fd00::/8").unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append((*name).clone(), HeaderValue::from_str(value).unwrap());
        }
        proxies.client(connection.parse().unwrap(), &map).to_string()
    }

    #[test]
    fn strangers_are_not_believed() {
        assert_eq!(client("192.0.2.1", &[(&X_FORWARDED_FOR, "198.51.100.7")]), "192.0.2.1");
        assert_eq!(client("::ffff:192.0.2.1", &[]), "192.0.2.1");
    }

    #[test]
    fn of_a_chain_the_right_most_stranger_counts() {
        for (chain, wanted) in [
            ("198.51.100.7", "198.51.100.7"),
            ("203.0.113.9, 198.51.100.7", "198.51.100.7"),
            ("203.0.113.9, 198.51.100.7, 10.1.2.3", "198.51.100.7"),
            ("10.9.9.9, 10.1.2.3", "10.9.9.9"),
            ("198.51.100.7:4711", "198.51.100.7"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("198.51.100.7, unknown", "127.0.0.1"),
            ("198.51.100.7, unknown, 10.1.2.3", "10.1.2.3"),
        ] {
            assert_eq!(client("127.0.0.1", &[(&X_FORWARDED_FOR, chain)]), wanted, "{chain}");
        }
        let two = [(&X_FORWARDED_FOR, "203.0.113.9"), (&X_FORWARDED_FOR, "198.51.100.7")];
        assert_eq!(client("fd00::1", &two), "198.51.100.7");
    }

    #[test]
    fn the_standard_header_is_read_too() {
        let chain = "for=203.0.113.9, proto=https;For=\"[2001:db8::7]:4711\";by=10.0.0.1";
        assert_eq!(client("10.0.0.1", &[(&FORWARDED, chain)]), "2001:db8::7");
        assert_eq!(client("10.0.0.1", &[(&FORWARDED, "for=_hidden")]), "10.0.0.1");
    }

    #[test]
    fn headers_that_disagree_are_both_not_believed() {
        let both = [(&FORWARDED, "for=203.0.113.9"), (&X_FORWARDED_FOR, "198.51.100.7")];
        assert_eq!(client("10.0.0.1", &both), "10.0.0.1");
        let same = [(&FORWARDED, "for=198.51.100.7"), (&X_FORWARDED_FOR, "198.51.100.7")];
        assert_eq!(client("10.0.0.1", &same), "198.51.100.7");
    }

    #[test]
    fn a_caller_is_an_ipv4_address_or_an_ipv6_network() {
        let caller = |text: &str| neighbourhood(text.parse().unwrap()).to_string();
        assert_eq!(caller("192.0.2.1"), "192.0.2.1");
        assert_eq!(caller("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(caller("::ffff:192.0.2.1"), "192.0.2.1");
        let wider = |text: &str| prefix(text.parse().unwrap()).to_string();
        assert_eq!(
            (wider("192.0.2.1"), wider("2001:db8:1:2:3::6")),
            ("192.0.2.0".into(), "2001:db8:1::".into())
        );
    }

    #[test]
    fn what_is_no_network_is_refused() {
        assert!(Proxies::parse("10.0.0.0/33").is_err() && Proxies::parse("proxy.example").is_err());
        assert!(Proxies::parse(" ").unwrap().0.is_empty());
    }
}
