//! Both origins respond in the same way: the same checks for each, and a comparison byte by byte if both are available.

use crate::support::{Connection, Reply, TlsClient, kinds, start};
use origin::{Origin, Pins};
use serde_json::json;

const JSON: &str = "application/json; charset=utf-8";

fn connections(origin: &Origin) -> [(&'static str, Connection); 2] {
    let ready = origin.ready();
    [("http", Connection::plain(ready.http[0])), ("https", TlsClient::usual().connect(ready.https[0]))]
}

#[test]
fn endpoints_answer_as_go_httpbin_does() {
    for kind in kinds() {
        let origin = start(kind, Pins::default());
        for (scheme, mut connection) in connections(&origin) {
            let headers = json!({"Host": ["tlstax.test"], "X-Test": ["1"]});
            let echo = json!({
                "args": {"a": ["1", "2"]}, "headers": headers, "method": "GET", "origin": "127.0.0.1",
                "url": format!("{scheme}://tlstax.test/get?a=1&a=2"),
            });
            let get = connection.get("/get?a=1&a=2");
            assert_eq!((get.status, get.header("content-type"), get.json()), (200, JSON, echo));

            let listed = connection.get("/headers");
            assert_eq!((listed.status, listed.json()), (200, json!({"headers": headers})));

            let delayed = connection.get("/delay/0.05");
            assert_eq!((delayed.status, delayed.header("content-type")), (200, JSON));
            let echo = json!({
                "args": {}, "headers": headers, "method": "GET", "origin": "127.0.0.1",
                "url": format!("{scheme}://tlstax.test/delay/0.05"),
                "data": "", "files": {}, "form": {}, "json": null,
            });
            assert_eq!(delayed.json(), echo);

            for code in [200, 204, 301, 404, 418, 500, 599] {
                assert_eq!(connection.get(&format!("/status/{code}")).status, code);
            }
        }
    }
}

#[test]
fn delays_last_as_long_as_asked() {
    for kind in kinds() {
        let origin = start(kind, Pins::default());
        for (_, mut connection) in connections(&origin) {
            let begin = std::time::Instant::now();
            connection.get("/delay/250ms");
            let took = begin.elapsed().as_millis();
            assert!((250..2500).contains(&took), "{took} ms");
        }
    }
}

#[test]
fn a_seed_decides_the_bytes() {
    for kind in kinds() {
        let origin = start(kind, Pins::default());
        for (_, mut connection) in connections(&origin) {
            let bytes = connection.get("/bytes/100000?seed=7");
            assert_eq!((bytes.status, bytes.header("content-type")), (200, "application/octet-stream"));
            assert_eq!((bytes.body.len(), bytes.header("content-length")), (100_000, "100000"));
            assert_eq!(bytes.body, connection.get("/bytes/100000?seed=7").body);
            assert_ne!(bytes.body, connection.get("/bytes/100000?seed=8").body);
            assert_eq!(connection.get("/bytes/1048576").body.len(), 1 << 20);
            let none = connection.get("/bytes/0");
            assert_eq!((none.status, none.header("content-length"), none.header("content-type")), (200, "0", ""));
        }
    }
}

#[test]
fn wrong_requests_are_refused_in_the_same_words() {
    let refusals = [
        ("/status/x", "invalid status code: \"x\": strconv.Atoi: parsing \"x\": invalid syntax"),
        ("/status/600", "invalid status code: 600 not in range [100, 599]"),
        ("/delay/x", "invalid duration: strconv.ParseFloat: parsing \"x\": invalid syntax"),
        ("/delay/-1", "invalid duration: duration -1s shorter than 0s"),
        ("/delay/11m", "invalid duration: duration 11m0s longer than 10m0s"),
        ("/bytes/x", "invalid byte count: strconv.Atoi: parsing \"x\": invalid syntax"),
        ("/bytes/-1", "invalid byte count: -1 must be greater than 0"),
        ("/bytes/1048577", "invalid byte count: 1048577 not in range [1, 1048576]"),
        ("/bytes/1?seed=x", "invalid seed: strconv.ParseInt: parsing \"x\": invalid syntax"),
    ];
    for kind in kinds() {
        let origin = start(kind, Pins::default());
        for (_, mut connection) in connections(&origin) {
            for (target, detail) in refusals {
                let refusal = connection.get(target);
                assert_eq!((refusal.status, refusal.header("content-type")), (400, JSON), "{target}");
                let wanted = json!({"status_code": 400, "error": "Bad Request", "detail": detail});
                assert_eq!(refusal.json(), wanted, "{target}");
            }
        }
    }
}

/// The headers that clients may evaluate.
const COMPARED: [&str; 11] = [
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-max-age",
    "allow",
    "content-type",
    "location",
    "server-timing",
    "www-authenticate",
    "x-content-type-options",
    "x-more-info",
];

#[test]
fn answers_are_the_same_byte_for_byte() {
    let mut requests: Vec<(&str, String)> = [
        "/get?q=%C3%A9+%22x%22&empty=&bare&bad=%zz&semi=1;2",
        "/headers",
        "/delay/1ms",
        "/delay/0.0015",
        "/delay/1h0.5s",
        "/delay/1us1",
        "/delay/",
        "/status/404,404",
        "/status/4%304",
        "/status/200,x",
        "/status/200:x,500",
        "/bytes/99999999999999999999",
        "/bytes/1/2",
        "/bytes/0?seed=x",
        "/nowhere",
    ]
    .map(|target| ("GET", target.to_owned()))
    .into();
    let codes = [100].into_iter().chain(200..=208).chain(300..=308).chain(400..=431).chain(500..=511);
    requests.extend(codes.map(|code| ("GET", format!("/status/{code}"))));
    requests.extend([("HEAD", "/get".into()), ("POST", "/get".into()), ("PUT", "/headers".into())]);
    requests.extend([("OPTIONS", "/get".into()), ("DELETE", "/delay/0".into()), ("HEAD", "/status/404".into())]);

    let mut seen: Vec<Vec<(String, Reply)>> = Vec::new();
    for kind in kinds() {
        let origin = start(kind, Pins::default());
        let mut connection = TlsClient::usual().connect(origin.ready().https[1]);
        let fetch = |(method, target): &(&str, String)| {
            let mut reply = connection.request(method, target).unwrap();
            reply.headers.retain(|name, _| COMPARED.contains(&name.as_str()));
            (format!("{method} {target}"), reply)
        };
        seen.push(requests.iter().map(fetch).collect());
    }
    let [embedded, go] = seen.as_slice() else { return };
    for (ours, theirs) in embedded.iter().zip(go) {
        assert_eq!(ours, theirs);
    }
}
