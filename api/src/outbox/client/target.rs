//! Which addresses of other people's servers are asked at all.

use std::net::IpAddr;

use url::{Host, Url};

use super::address::is_public;

/// Ports that are asked: those of HTTPS.
const PORTS: [u16; 2] = [443, 8443];
/// Names that are never somebody's on the public internet (RFC 6761, RFC 6762, RFC 7686, RFC 8375, and ICANN's `internal`).
const INSIDE: [&str; 10] =
    ["localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa", "onion", "invalid"];

/// What may be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    /// Whether this very machine may be, also without TLS: for development.
    pub loopback: bool,
}

/// A server, and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Its name, or its address.
    pub(super) host: Host<String>,
    /// The port.
    pub(super) port: u16,
    /// Whether the way is secured.
    pub(super) tls: bool,
    /// Path and query.
    pub(super) path: String,
    /// Host and port as the header has them.
    pub(super) authority: String,
    /// Whether it has to be this very machine.
    here: bool,
}

impl Targets {
    /// Whether an address of the web may be asked, as far as it tells by itself.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn check(self, url: &str) -> Result<(), &'static str> {
        self.read(url).map(drop)
    }

    pub(super) fn read(self, url: &str) -> Result<Target, &'static str> {
        // What the parser would quietly mend is refused.
        if url.chars().any(|c| c.is_ascii_control() || c.is_whitespace() || c == '\\') {
            return Err("must have no spaces, backslashes and control characters");
        }
        let url = Url::parse(url).map_err(|_| "must be an address such as https://example.org/hook")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must have no user and no password");
        }
        if url.fragment().is_some() {
            return Err("must have no fragment");
        }
        let host = url.host().ok_or("must name a host")?.to_owned();
        let here = self.loopback && is_here(&host);
        let port = url.port_or_known_default().ok_or("must be https")?;
        match url.scheme() {
            "https" | "http" if here => {}
            "https" if PORTS.contains(&port) => {}
            "https" => return Err("must be on port 443 or 8443"),
            _ => return Err("must be https"),
        }
        if !here && !is_outside(&host) {
            return Err("must be reachable on the public internet");
        }
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let tls = url.scheme() == "https";
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_string(),
        };
        Ok(Target { host, port, tls, path, authority, here })
    }
}

impl Target {
    /// Whether it may be asked at this address, to which its name leads now.
    pub(super) fn may_be(&self, address: IpAddr) -> bool {
        if self.here { address.is_loopback() } else { is_public(address) }
    }
}

fn is_here(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name.trim_end_matches('.') == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn is_outside(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            let is_inside = |end: &&str| {
                name.strip_suffix(*end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            };
            name.contains('.') && !INSIDE.iter().any(is_inside)
        }
        Host::Ipv4(address) => is_public((*address).into()),
        Host::Ipv6(address) => is_public((*address).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_to_the_public_internet_is_asked() {
        let strict = Targets::default();
        for fine in [
            "https://example.org/hook",
            "https://example.org",
            "https://hooks.example.org:8443/a?b=c",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
            "https://xn--bcher-kva.example/",
            "https://bücher.example/",
        ] {
            assert_eq!(strict.check(fine), Ok(()), "{fine}");
        }
        for refused in [
            "",
            "example.org",
            "/hook",
            "http://example.org/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "gopher://example.org/",
            "javascript:alert(1)",
            "https://",
            "https:///hook",
            "https://example.org:22/",
            "https://example.org:80/",
            "https://user@example.org/",
            "https://user:password@example.org/",
            "https://example.org/#there",
            "https://exam ple.org/",
            "https://example.org\\@10.0.0.1/",
            "https://example.org/\r\nHost: inside",
            " https://example.org/",
            "https://example.org/\t",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://printer.local/",
            "https://metadata.google.internal/",
            "https://router.lan/",
            "https://intranet/",
            "https://abc.onion/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://0x7f.1/",
            "https://017700000001/",
            "https://127.0.0.1./",
            "https://①②⑦.0.0.1/",
            "https://0/",
            "https://0.0.0.0/",
            "https://10.1.2.3/",
            "https://192.168.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a9fe:a9fe]/",
            "https://[::7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[fe80::1]/",
            "https://[fd00:ec2::254]/",
            "https://[fe80::1%25eth0]/",
        ] {
            assert!(strict.check(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn this_machine_is_asked_where_that_is_said_and_nothing_else_is_opened() {
        let open = Targets { loopback: true };
        for fine in [
            "http://127.0.0.1:9000/hook",
            "https://127.0.0.1:9000/",
            "http://localhost:1/",
            "http://[::1]:80/",
        ] {
            assert_eq!(open.check(fine), Ok(()), "{fine}");
            assert!(Targets::default().check(fine).is_err(), "{fine}");
        }
        for refused in [
            "http://example.org/",
            "http://10.0.0.1/",
            "https://10.0.0.1/",
            "http://169.254.169.254/",
            "https://a.local/",
        ] {
            assert!(open.check(refused).is_err(), "{refused}");
        }
        let (here, elsewhere) =
            (open.read("http://localhost:1/").unwrap(), open.read("https://example.org/").unwrap());
        let (loopback, public, inside) =
            ("127.0.0.1".parse().unwrap(), "8.8.8.8".parse().unwrap(), "10.0.0.1".parse().unwrap());
        assert!(here.may_be(loopback) && !here.may_be(public) && !here.may_be(inside));
        // A name that leads inside, now or at the second look.
        assert!(elsewhere.may_be(public) && !elsewhere.may_be(loopback) && !elsewhere.may_be(inside));
    }
}
