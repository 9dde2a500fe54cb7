//! The environment variables that give programs of any language URLs, certificates and proxies.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;

use crate::placeholders::Placeholders;

/// Variables that name a file of trusted certificates: OpenSSL, Go and rustls-native-certs; Python's requests; curl;
/// Node; the AWS SDKs; git; cargo; pip; Deno; Python's httplib2; Perl's LWP; gRPC; Nix.
const CA_FILES: [&str; 12] = [
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "AWS_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",
    "PIP_CERT",
    "DENO_CERT",
    "HTTPLIB2_CA_CERTS",
    "PERL_LWP_SSL_CA_FILE",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
];

/// Variables that name a proxy. Some programs read only the lower-case name (curl, for `http_proxy`), some only the
/// upper-case one.
const PROXIES: [&str; 6] = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/// Makes Node (22.21 and later, 24) read those variables.
const NODE_LOOKS: (&str, &str) = ("NODE_USE_ENV_PROXY", "1");

/// Variables that list hosts which are reached without a proxy.
const NO_PROXY: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// The variables that are set for a command. All others are inherited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variables(Vec<(&'static str, OsString)>);

impl Variables {
    /// The variables for a command that is given URLs of an origin whose certificate is verified with the file `trust`.
    pub fn for_urls(urls: &Placeholders, trust: &Path) -> Variables {
        let mut all: Vec<(&'static str, OsString)> = vec![
            ("TLSTAX_URL", (&urls.url).into()),
            ("TLSTAX_HTTP", (&urls.http).into()),
            ("TLSTAX_HTTPS", (&urls.https).into()),
            ("TLSTAX_CA", trust.into()),
        ];
        all.extend(CA_FILES.map(|name| (name, trust.as_os_str().to_owned())));
        // The user's own proxy must not be used for this machine.
        for name in NO_PROXY {
            let mut hosts = std::env::var_os(name).unwrap_or_default();
            if !hosts.is_empty() {
                hosts.push(",");
            }
            hosts.push("localhost,127.0.0.1");
            all.push((name, hosts));
        }
        Variables(all)
    }

    /// The variables for a command that must use the proxy at `address` with `password`.
    pub fn for_proxy(address: SocketAddr, user: &str, password: &str) -> Variables {
        let url = format!("http://{user}:{password}@{address}");
        let mut all: Vec<(&'static str, OsString)> = PROXIES.map(|name| (name, OsString::from(&url))).into();
        all.push((NODE_LOOKS.0, NODE_LOOKS.1.into()));
        Variables(all)
    }

    /// The hosts for which the user's environment sets no proxy, as written in the first variable that lists any.
    /// [`Variables::for_proxy`] does not change that, so the proxy does not see connections to them. `None` if there
    /// are none.
    pub fn no_proxy() -> Option<String> {
        let mut set = NO_PROXY.iter().filter_map(std::env::var_os);
        set.find(|hosts| !hosts.is_empty()).map(|hosts| hosts.to_string_lossy().into_owned())
    }

    /// The names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &OsString)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_is_told_to_use_the_proxy_that_all_are_told_of() {
        let variables = Variables::for_proxy("127.0.0.1:8080".parse().unwrap(), "user", "word");
        let of = |name: &str| variables.iter().find(|(found, _)| *found == name).map(|(_, value)| value.clone());
        assert_eq!(of("NODE_USE_ENV_PROXY"), Some("1".into()));
        assert_eq!(of("https_proxy"), Some("http://user:word@127.0.0.1:8080".into()));
    }
}
