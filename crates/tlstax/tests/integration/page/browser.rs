//! Chromium without a window, driven over its DevTools pipe: JSON messages, each ended by a NUL byte.
//!
//! Only what the tests of a page need. A crate for the whole protocol takes longer to compile than tlstax itself.
//! Messages are described in <https://chromedevtools.github.io/devtools-protocol/>.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// How long the browser may take to answer on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// The installed Chromium, if there is one. With CI set its absence fails the test.
pub(super) fn installed() -> Option<PathBuf> {
    let found = ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| which::which(name).ok());
    assert!(found.is_some() || std::env::var_os("CI").is_none(), "Chromium is not installed");
    found
}

/// A browser with one page. Dropping it ends the browser.
pub(super) struct Browser {
    process: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    session: Value,
    calls: u64,
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts the program, with an empty page of so many CSS pixels in width. A browser's own window cannot be as
    /// narrow as a telephone's.
    pub(super) fn start(program: &Path, width: u32) -> Browser {
        let profile = tempfile::tempdir().unwrap();
        // Chromium reads messages from descriptor 3 and writes them to 4.
        let mut process = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#])
            .arg(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .arg("--remote-debugging-pipe")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let to = process.stdin.take().unwrap();
        let messages = BufReader::new(process.stdout.take().unwrap()).split(0);
        let (send, from) = channel();
        // Ends with the pipe.
        thread::spawn(move || {
            messages.map_while(Result::ok).try_for_each(|text| send.send(serde_json::from_slice(&text).unwrap()))
        });
        let (session, calls, events) = (Value::Null, 0, Vec::new());
        let mut browser = Browser { process, to, from, session, calls, events, _profile: profile };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let target = json!({ "targetId": target["targetId"], "flatten": true });
        browser.session = browser.call("Target.attachToTarget", target)["sessionId"].clone();
        for domain in ["Log", "Runtime", "Page", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        let metrics = json!({ "width": width, "height": 1000, "deviceScaleFactor": 1.0, "mobile": false });
        browser.call("Emulation.setDeviceMetricsOverride", metrics);
        browser
    }

    /// Opens `url`, and returns when it has loaded.
    pub(super) fn open(&mut self, url: &str) {
        self.call("Page.navigate", json!({ "url": url }));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let message = self.hear();
            self.events.push(message);
        }
    }

    /// The value of a JavaScript expression.
    pub(super) fn evaluate(&mut self, expression: &str) -> Value {
        let result = self.call("Runtime.evaluate", json!({ "expression": expression, "returnByValue": true }));
        assert!(result.get("exceptionDetails").is_none(), "{expression}: {result}");
        result["result"]["value"].clone()
    }

    /// Presses the Enter key.
    pub(super) fn press_enter(&mut self) {
        let key =
            |kind| json!({ "type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r" });
        self.call("Input.dispatchKeyEvent", key("keyDown"));
        self.call("Input.dispatchKeyEvent", key("keyUp"));
    }

    /// What the page has complained of, printed, asked its user or requested, a line each.
    pub(super) fn noticed(&self) -> Vec<String> {
        let told = |event: &Value| {
            let params = &event["params"];
            match event["method"].as_str()? {
                "Log.entryAdded" => Some(format!("log: {}", params["entry"]["text"])),
                "Runtime.exceptionThrown" => Some(format!("exception: {}", params["exceptionDetails"]["text"])),
                "Runtime.consoleAPICalled" => Some(format!("console: {}", params["args"])),
                "Page.javascriptDialogOpening" => Some(format!("dialog: {}", params["message"])),
                "Network.requestWillBeSent" => Some(format!("request: {}", params["request"]["url"])),
                _ => None,
            }
        };
        self.events.iter().filter_map(told).collect()
    }

    /// Sends a message, and returns the result of what was asked for.
    fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": params });
        if !self.session.is_null() {
            message["sessionId"] = self.session.clone();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let message = self.hear();
            if message["id"] == self.calls {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    fn hear(&self) -> Value {
        self.from.recv_timeout(PATIENCE).unwrap_or_else(|why| panic!("Chromium does not answer: {why}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
