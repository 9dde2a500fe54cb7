//! `habits HABIT URL N`: fetches `URL/get` N times with one HTTPS habit, for `tlstax observe` to find it.
//!
//! A habit is a file, as small as its users write it. What is to be found in each stands in the folder's README.

mod blocking_in_tokio;
mod reqwest_rebuilt;
mod reqwest_shared;
mod ureq_agent;

use std::error::Error;
use std::io::Write;

use clap::Parser;

#[derive(Parser)]
#[command(about = "Fetches URL/get N times with one HTTPS habit")]
struct Args {
    habit: Habit,
    /// Base URL, without a path
    url: String,
    /// Number of requests
    n: usize,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Habit {
    /// One reqwest Client for all requests, four at a time
    ReqwestShared,
    /// A reqwest Client per request, four at a time
    ReqwestRebuilt,
    /// One ureq Agent for all requests, one after another
    Ureq,
    /// A tokio task per request, each of which calls ureq, which blocks
    BlockingInTokio,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let url = format!("{}/get", args.url.trim_end_matches('/'));
    match args.habit {
        Habit::ReqwestShared => reqwest_shared::fetch(&url, args.n)?,
        Habit::ReqwestRebuilt => reqwest_rebuilt::fetch(&url, args.n)?,
        Habit::Ureq => ureq_agent::fetch(&url, args.n)?,
        Habit::BlockingInTokio => blocking_in_tokio::fetch(&url, args.n)?,
    }
    writeln!(std::io::stdout(), "{} ok", args.n)?;
    Ok(())
}
