//! `/status/{code}`: this status, or a random one of several (`/status/200:0.9,500:0.1`).

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use super::response::{JSON, TEXT, typed};
use super::{bytes, strconv};

/// The response. An error has go-httpbin's wording.
pub(super) fn respond(wanted: &str) -> Result<Response<Bytes>, String> {
    let code = if wanted.contains(',') { choose(wanted)? } else { code(wanted)? };
    // An interim status can't be final; Go sends 200 after it.
    let status = StatusCode::from_u16(code).ok().filter(|status| !status.is_informational()).unwrap_or_default();
    let (headers, body) = special(code);
    let kind = if code == 406 { JSON } else { TEXT };
    let mut response = typed(status, kind, Bytes::from_static(body.as_bytes()));
    let named = |&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    response.headers_mut().extend(headers.iter().map(named));
    if status == StatusCode::NOT_MODIFIED {
        // Go's HTTP library removes it, because there is no body.
        response.headers_mut().remove(CONTENT_TYPE);
    }
    Ok(response)
}

fn code(text: &str) -> Result<u16, String> {
    let code = strconv::atoi(text).map_err(|reason| format!("invalid status code: {text:?}: {reason}"))?;
    bounded(code)
}

fn bounded(code: i64) -> Result<u16, String> {
    let refused = || format!("invalid status code: {code} not in range [100, 599]");
    u16::try_from(code).ok().filter(|code| (100..=599).contains(code)).ok_or_else(refused)
}

fn choose(list: &str) -> Result<u16, String> {
    let mut choices = Vec::new();
    for choice in list.split(',') {
        let (code, weight) = choice.split_once(':').unwrap_or((choice, "1"));
        let weight = strconv::parse_float(weight).map_err(|_| format!("invalid weight value: {weight:?}"))?;
        let code = strconv::atoi(code).map_err(|_| format!("invalid choice value: {code:?}"))?;
        choices.push((bounded(code)?, weight));
    }
    let total: f64 = choices.iter().map(|(_, weight)| weight).sum();
    let mut left = bytes::random() as f64 / u64::MAX as f64 * total;
    let chosen = choices.iter().find(|(_, weight)| {
        left -= weight;
        left < 0.0
    });
    chosen.or(choices.last()).map(|(code, _)| *code).ok_or_else(|| "no status to choose from".to_owned())
}

/// The headers and bodies that go-httpbin sends with some codes.
fn special(code: u16) -> (&'static [(&'static str, &'static str)], &'static str) {
    match code {
        300 => (&[("location", "/image/jpeg")], MULTIPLE_CHOICES),
        301 | 302 | 303 | 305 | 307 => (&[("location", "/redirect/1")], ""),
        308 => (&[("location", "/image/jpeg")], PERMANENT_REDIRECT),
        401 => (&[("www-authenticate", "Basic realm=\"Fake Realm\"")], ""),
        402 => (&[("x-more-info", "http://vimeo.com/22053820")], "Fuck you, pay me!"),
        406 => (&[], NOT_ACCEPTABLE),
        407 => (&[("proxy-authenticate", "Basic realm=\"Fake Realm\"")], ""),
        418 => (&[("x-more-info", "http://tools.ietf.org/html/rfc2324")], "I'm a teapot!"),
        _ => (&[], ""),
    }
}

const MULTIPLE_CHOICES: &str = r#"<!doctype html>
<head>
<title>Multiple Choices</title>
</head>
<body>
<ul>
<li><a href="/image/jpeg">/image/jpeg</a></li>
<li><a href="/image/png">/image/png</a></li>
<li><a href="/image/svg">/image/svg</a></li>
</body>
</html>"#;

const PERMANENT_REDIRECT: &str = r#"<!doctype html>
<head>
<title>Permanent Redirect</title>
</head>
<body>Permanently redirected to <a href="/image/jpeg">/image/jpeg</a>
</body>
</html>"#;

const NOT_ACCEPTABLE: &str = r#"{
  "message": "Client did not request a supported media type",
  "accept": [
    "image/webp",
    "image/svg+xml",
    "image/jpeg",
    "image/png",
    "image/"
  ]
}
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_the_status() {
        for code in [200, 204, 302, 418, 500, 599] {
            assert_eq!(respond(&code.to_string()).unwrap().status().as_u16(), code);
        }
        assert_eq!(respond("302").unwrap().headers()["location"], "/redirect/1");
        assert_eq!(respond("418").unwrap().body(), "I'm a teapot!");
        assert_eq!(respond("100").unwrap().status(), 200);
    }

    #[test]
    fn a_bad_code_is_refused_in_gos_words() {
        assert_eq!(respond("99").unwrap_err(), "invalid status code: 99 not in range [100, 599]");
        assert_eq!(
            respond("x").unwrap_err(),
            "invalid status code: \"x\": strconv.Atoi: parsing \"x\": invalid syntax"
        );
        assert_eq!(respond("200,x").unwrap_err(), "invalid choice value: \"x\"");
        assert_eq!(respond("200:x,500").unwrap_err(), "invalid weight value: \"x\"");
    }

    #[test]
    fn a_weight_of_zero_is_never_chosen() {
        for _ in 0..100 {
            assert_eq!(respond("500:0,201:1").unwrap().status(), 201);
        }
    }
}
