//! The proxy that the user's environment names: connections go through it, as they would without the observer.
//!
//! This file decides which variable counts, as curl and Python do: lower case before upper case, and an empty one
//! counts as unset. An HTTP library interprets the values and decides which hosts they apply to. Only proxies that use
//! plain HTTP are supported.

use std::borrow::Cow;

use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::next_proxy::NextProxy;
use crate::Error;

/// This variable is set in a CGI program. There, `HTTP_PROXY` comes from a request's header (CVE-2016-5385, "httpoxy").
const CGI: &str = "REQUEST_METHOD";

/// Decides which hosts are reached through which proxy.
#[derive(Debug, Default)]
pub struct Upstream {
    matcher: Option<Matcher>,
    /// `host:port` of the proxies, without passwords.
    names: Vec<String>,
}

/// A target can't be parsed as `host:port`, so no rule can be applied to it.
#[derive(Debug)]
pub(super) struct Unreadable;

impl Upstream {
    /// Reads `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, or else their upper-case spellings.
    ///
    /// # Errors
    /// [`Error::Upstream`] if one of them names a proxy that is not supported.
    pub fn of_environment() -> Result<Upstream, Error> {
        Upstream::of(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Upstream, Error> {
        let first = |names: [&'static str; 2]| {
            let values = names.into_iter().filter_map(|name| Some((name, variable(name)?.trim().to_owned())));
            values
                .filter(|(_, value)| !value.is_empty())
                .find(|(name, _)| *name != "HTTP_PROXY" || variable(CGI).is_none())
        };
        let none = first(["no_proxy", "NO_PROXY"]).map(|(_, hosts)| hosts).unwrap_or_default();
        if none.split(',').any(|host| host.trim() == "*") {
            return Ok(Upstream::default());
        }
        let (mut matcher, mut names) = (Matcher::builder().no(none), Vec::new());
        let (http, https) = (first(["http_proxy", "HTTP_PROXY"]), first(["https_proxy", "HTTPS_PROXY"]));
        let is_all_needed = http.is_none() || https.is_none();
        let all = first(["all_proxy", "ALL_PROXY"]).filter(|_| is_all_needed);
        let mut checked = |found: Option<(&'static str, String)>| {
            let Some((variable, value)) = found else { return Ok(String::new()) };
            let value = encoded(&value).into_owned();
            let name = named(&value).ok_or_else(|| Error::Upstream { variable: variable.to_owned() })?;
            if !names.contains(&name) {
                names.push(name);
            }
            Ok(value)
        };
        matcher = matcher.http(checked(http)?).https(checked(https)?).all(checked(all)?);
        Ok(Upstream { matcher: Some(matcher.build()), names })
    }

    /// The same as if `https_proxy` and `http_proxy` were `proxy`.
    #[cfg(test)]
    pub(super) fn through(proxy: &str) -> Upstream {
        Upstream::of(|name| ["http_proxy", "https_proxy"].contains(&name).then(|| proxy.to_owned())).unwrap()
    }

    /// The proxies' names, for display; `None` if there are none.
    pub(crate) fn name(&self) -> Option<String> {
        (!self.names.is_empty()).then(|| self.names.join(", "))
    }

    /// The proxy for `target`, which is `host:port`; `None` if it is reached without one.
    pub(super) fn towards(&self, scheme: &str, target: &str) -> Result<Option<NextProxy>, Unreadable> {
        let Some(matcher) = self.matcher.as_ref().filter(|_| !self.names.is_empty()) else { return Ok(None) };
        let uri: Uri = format!("{scheme}://{target}").parse().map_err(|_| Unreadable)?;
        Ok(matcher.intercept(&uri).as_ref().and_then(NextProxy::of))
    }
}

/// `host:port` of the proxy that a variable's value names, if it uses plain HTTP.
fn named(value: &str) -> Option<String> {
    let any = Matcher::builder().all(value).build().intercept(&Uri::from_static("http://host.invalid"))?;
    NextProxy::of(&any).map(|next| next.address().to_owned())
}

/// A proxy's URL with each '@' of a password percent-encoded (RFC 3986 §3.2.1), so that the library can parse it. As
/// in curl, the last '@' ends the password.
fn encoded(value: &str) -> Cow<'_, str> {
    let begins = value.find("://").map_or(0, |at| at + "://".len());
    let (scheme, rest) = value.split_at(begins);
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((user, host)) if user.contains('@') => format!("{scheme}{}@{host}{path}", user.replace('@', "%40")).into(),
        _ => value.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Upstream, Error> {
        Upstream::of(|name| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned()))
    }

    fn towards(upstream: &Upstream, scheme: &str, target: &str) -> Option<String> {
        upstream.towards(scheme, target).unwrap().map(|next| next.address().to_owned())
    }

    #[test]
    fn a_proxy_is_named_without_its_password_and_others_than_http_are_not_gone_through() {
        for (value, name) in [
            ("http://proxy.test:3128", Some("proxy.test:3128")),
            ("http://user:word@proxy.test", Some("proxy.test:80")),
            ("proxy.test:3128", Some("proxy.test:3128")),
            ("http://[::1]:3128/", Some("[::1]:3128")),
            ("https://proxy.test:3128", None),
            ("socks5h://proxy.test:1080", None),
            ("http://", None),
        ] {
            assert_eq!(named(value).as_deref(), name, "{value}");
        }
    }

    #[test]
    fn small_letters_come_first_and_what_is_empty_does_not_count() {
        let upstream = of(&[("https_proxy", "http://small.test:1"), ("HTTPS_PROXY", "http://large.test:1")]).unwrap();
        assert_eq!(towards(&upstream, "https", "api.test:443").as_deref(), Some("small.test:1"));
        let upstream = of(&[("https_proxy", ""), ("HTTPS_PROXY", "http://large.test:1")]).unwrap();
        assert_eq!(towards(&upstream, "https", "api.test:443").as_deref(), Some("large.test:1"));
        let upstream = of(&[("HTTPS_PROXY", ""), ("all_proxy", "http://all.test:1")]).unwrap();
        assert_eq!(towards(&upstream, "https", "api.test:443").as_deref(), Some("all.test:1"));
        assert_eq!(upstream.name().as_deref(), Some("all.test:1"));
        assert!(of(&[]).unwrap().name().is_none());
    }

    #[test]
    fn what_names_no_proxy_to_go_through_matters_where_it_counts() {
        let both = [("http_proxy", "http://a.test:1"), ("https_proxy", "http://a.test:1")];
        let [http, https] = both;
        assert!(of(&[http, https, ("ALL_PROXY", "socks5://b.test")]).is_ok(), "it leads nowhere");
        let error = of(&[http, ("ALL_PROXY", "socks5://b.test")]).unwrap_err().to_string();
        assert!(error.starts_with("ALL_PROXY "), "{error}");
        assert!(of(&[("https_proxy", "socks5://b.test"), ("no_proxy", "*")]).is_ok(), "nothing goes through it");
    }

    #[test]
    fn a_header_of_a_request_names_no_proxy() {
        let cgi =
            [("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "http://evil.test:1"), ("HTTPS_PROXY", "http://good.test:1")];
        let upstream = of(&cgi).unwrap();
        assert_eq!(towards(&upstream, "http", "api.test:80"), None);
        assert_eq!(towards(&upstream, "https", "api.test:443").as_deref(), Some("good.test:1"));
        assert_eq!(upstream.name().as_deref(), Some("good.test:1"));
    }

    #[test]
    fn who_goes_by_none_is_found_and_a_password_is_sent() {
        let set = [("https_proxy", "http://user:word@proxy.test:3128"), ("NO_PROXY", "inside.test, 10.0.0.0/8")];
        let upstream = of(&set).unwrap();
        let next = upstream.towards("https", "api.test:443").unwrap().unwrap();
        assert_eq!(next.address(), "proxy.test:3128");
        assert_eq!(next.authorization.unwrap(), "Basic dXNlcjp3b3Jk");
        for (scheme, target) in [("https", "www.inside.test:443"), ("https", "10.1.2.3:443"), ("http", "api.test:80")] {
            assert!(upstream.towards(scheme, target).unwrap().is_none(), "{target}");
        }
        assert!(Upstream::default().towards("https", "api.test:443").unwrap().is_none());
        let nothing = of(&[set[0], ("no_proxy", "other.test, *")]).unwrap();
        for target in ["api.test:443", "192.0.2.1:443", "[2001:db8::1]:443"] {
            assert!(nothing.towards("https", target).unwrap().is_none(), "{target}");
        }
    }

    #[test]
    fn what_cannot_be_read_does_not_go_past_the_proxy() {
        let upstream = of(&[("https_proxy", "http://proxy.test:1")]).unwrap();
        assert!(upstream.towards("https", "a b:443").is_err());
        assert!(Upstream::default().towards("https", "a b:443").is_ok(), "the system's resolver judges");
    }

    #[test]
    fn the_last_at_sign_ends_a_password() {
        let upstream = of(&[("https_proxy", "http://user:p@ss@proxy.test:3128/")]).unwrap();
        let next = upstream.towards("https", "api.test:443").unwrap().unwrap();
        assert_eq!(next.address(), "proxy.test:3128");
        assert_eq!(next.authorization.unwrap(), "Basic dXNlcjpwQHNz");
        assert_eq!(encoded("user@proxy.test:1"), "user@proxy.test:1");
        assert_eq!(encoded("a@b@proxy.test:1/@"), "a%40b@proxy.test:1/@");
    }
}
