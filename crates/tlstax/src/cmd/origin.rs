//! `tlstax origin`: the servers in the foreground, for any client.

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
    /// What serves: auto, go-httpbin or embedded
    #[arg(long, value_name = "WHICH", default_value_t = Choice::Auto)]
    origin: Choice,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let interrupted = interrupt::flag()?;
    let (kind, why) = origin::choose(args.origin, embedded_program()?, &mut |line| terminal::say(line), &interrupted)?;
    let authority = Authority::create().map_err(origin::Error::from)?;
    let mut launch = Launch::new(kind, authority.chain_file(), authority.key_file());
    launch.ports = 1;
    launch.http_port = Some(args.http_port);
    launch.https_port = Some(args.https_port);
    let mut origin = Origin::start(&launch)?;
    let ready = origin.ready().clone();
    let root = authority.root_file();
    let mut text = format!("{} {} — {why}\n", ready.name, ready.version);
    for (scheme, addresses) in [("http", &ready.http), ("https", &ready.https)] {
        for address in addresses {
            text.push_str(&format!("{scheme}://localhost:{}\n", address.port()));
        }
    }
    text.push_str(&format!("CA file: {}\n", root.display()));
    if let Some(address) = ready.https.first() {
        text.push_str(&format!("Try: curl --cacert {} https://localhost:{}/get\n", root.display(), address.port()));
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
