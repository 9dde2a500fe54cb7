//! `tlstax origin`: the servers in the foreground, for any client.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use origin::{Authority, Choice, Launch, Origin};

use crate::failure::Failure;
use crate::interrupt;
use crate::program::embedded_program;
use crate::show::{write, write_json};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Port for HTTP; 0: the system picks
    #[arg(long, value_name = "P", default_value_t = 0)]
    http_port: u16,
    /// Port for HTTPS; 0: the system picks
    #[arg(long, value_name = "P", default_value_t = 0)]
    https_port: u16,
    /// The server to run: auto, go-httpbin or embedded
    #[arg(long, value_name = "WHICH", default_value_t = Choice::Auto)]
    origin: Choice,
    /// Write the CA certificate that clients need to this file, as PEM, and keep it [default: a temporary file, removed
    /// at the end]
    #[arg(long, value_name = "FILE")]
    ca_out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let interrupted = interrupt::flag()?;
    let (kind, why) = origin::choose(args.origin, embedded_program()?, &mut |line| terminal::say(line), &interrupted)?;
    let authority = Authority::create().map_err(origin::Error::from)?;
    let root = ca_file(&authority.root_file(), args.ca_out.as_deref())?;
    let mut launch = Launch::new(kind, authority.chain_file(), authority.key_file());
    launch.ports = 1;
    launch.http_port = Some(args.http_port);
    launch.https_port = Some(args.https_port);
    let mut origin = Origin::start(&launch)?;
    let ready = origin.ready().clone();
    let mut text = format!("{} {} — {why}\n", ready.name, ready.version);
    for (scheme, addresses) in [("http", &ready.http), ("https", &ready.https)] {
        for address in addresses {
            text.push_str(&format!("{scheme}://localhost:{}\n", address.port()));
        }
    }
    text.push_str(&format!("CA file: {}\n", root.display()));
    if let Some(address) = ready.https.first() {
        let url = format!("https://localhost:{}/get", address.port());
        let file = root.to_string_lossy();
        let curl = shell_words::join(["curl", "--cacert", &file, &url]);
        let run = shell_words::join(["tlstax", "run", "--origin", &url, "--ca", &file]);
        text.push_str(&format!("Try: {curl}\n     {run}\n"));
    }
    text.push_str("Ctrl-C ends it and prints what it saw.\n");
    write(&text)?;
    while !interrupted.load(Relaxed) {
        if let Some(ended) = origin.ended() {
            return Err(ended.into());
        }
        thread::sleep(Duration::from_millis(100));
    }
    write_json(&format!("{:#}\n", serde_json::json!(origin.ledger()?)))?;
    Ok(ExitCode::SUCCESS)
}

/// The file of the CA's certificate that clients are given: `root`, or a copy of it in `out`. What is there already is
/// replaced only if it is a certificate, as an earlier run leaves it.
fn ca_file(root: &Path, out: Option<&Path>) -> Result<PathBuf, Failure> {
    let Some(out) = out else { return Ok(root.to_owned()) };
    match fs::metadata(out) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(Failure::file("writing the CA file", out)(error)),
        Ok(found) if found.is_dir() => {
            let file = out.join("ca.pem");
            return Err(Failure::Usage(format!(
                "--ca-out {} is a folder: name a file in it, e.g. {}",
                out.display(),
                file.display()
            )));
        }
        Ok(_) if !is_certificate(out) => {
            return Err(Failure::Usage(format!(
                "--ca-out {} is there already and is no certificate: name another file",
                out.display()
            )));
        }
        Ok(_) => {}
    }
    fs::copy(root, out).map_err(Failure::file("writing the CA file", out))?;
    std::path::absolute(out).map_err(Failure::file("writing the CA file", out))
}

/// Whether a file holds certificates, and nothing else that would be missed.
fn is_certificate(path: &Path) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.starts_with("-----BEGIN CERTIFICATE-----") && !text.contains("PRIVATE KEY")
}
