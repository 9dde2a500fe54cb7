//! The run: starts an origin for all hosts, then fetches in the three manners, one after another, and accounts for
//! each.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use fetch::talk::gets::{Getter, Manner};
use ledger::Ledger;
use measure::process::raise_open_files;
use origin::{Authority, Kind, Launch, Origin};
use serde::Serialize;

use crate::Error;
use crate::accounts::Accounts;
use crate::budget::Budget;
use crate::figures::{Done, Figures, WayReport, misfit};
use crate::fleet::{self, Fleet, Role};

/// File descriptors that a process has open besides its connections.
const BESIDE: u64 = 128;

/// The settings of a run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The number of requests. The proper manner makes all of them.
    pub requests: u64,
    /// The most of them that the other manners make.
    pub sample: u64,
    /// Hosts that take turns: some of [`fleet::HOSTS`].
    pub hosts: u16,
    /// Requests in flight.
    pub at_once: u32,
    /// The service time of an ordinary host.
    pub service: Duration,
    /// The origin that serves as all hosts.
    pub origin: Kind,
    /// Becomes true when the run must end.
    pub interrupt: Arc<AtomicBool>,
}

/// Receives the progress of a run.
pub trait Observer {
    /// All hosts listen.
    fn listens(&mut self, origin: &str, hosts: u16, addresses: &[Ipv4Addr]);
    /// A manner begins with so many requests.
    fn begins(&mut self, manner: Manner, requests: u64);
    /// One more request has succeeded or failed.
    fn got(&mut self);
    /// A manner has ended.
    fn ended(&mut self, figures: &Figures);
}

/// The requested workload.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Workload {
    /// The total number of requests to make.
    pub requests: u64,
    /// The number of requests in manners that only make a sample.
    pub sample: u64,
    /// The requested number of requests in flight.
    pub in_flight: u32,
    /// Hosts.
    pub hosts: u16,
    /// The addresses they share.
    pub addresses: Vec<Ipv4Addr>,
    /// The service time of an ordinary host, s.
    pub service_s: f64,
    /// The host that takes longer, and how many times as long.
    pub slow_host: String,
    /// [`fleet::SLOW`].
    pub slow_factor: u32,
    /// The host that fails every request.
    pub failing_host: String,
    /// The origin that served as all hosts.
    pub origin: String,
}

/// The results of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The requested workload.
    pub workload: Workload,
    /// The concurrency that is needed to finish within the limit.
    pub budget: Budget,
    /// The results of each manner.
    pub ways: Vec<WayReport>,
    /// Requests that were lost or failed unexpectedly, and manners that should fit the limit but do not, a sentence
    /// each.
    pub wrong: Vec<String>,
    /// Whether it was interrupted.
    pub interrupted: bool,
}

/// Makes the requests in every manner.
///
/// # Errors
/// When there is no origin, no certificate, no executor, or no descriptor for so many connections. Requests that fail
/// are no error: the report has them.
pub fn run(settings: &Settings, observer: &mut impl Observer) -> Result<Report, Error> {
    open_files(settings.at_once, settings.hosts)?;
    let authority = Authority::create().map_err(origin::Error::from)?;
    let mut origin = start(settings, &authority)?;
    let ready = origin.ready().clone();
    let hosts = usize::from(settings.hosts);
    let listeners = ready.https.get(..hosts);
    let listeners = listeners.ok_or(Error::Listeners { there: ready.https.len(), hosts: settings.hosts })?;
    let fleet = Fleet::new(listeners, settings.service);
    let groups: Vec<String> =
        origin::Pins::default().groups.iter().map(|group| group.registered().to_owned()).collect();
    let getter = Getter::new(&fleet.targets(), &authority.trust_file(), &groups)?;
    observer.listens(&ready.name, settings.hosts, &fleet::addresses(settings.hosts));

    let (mut ways, mut wrong) = (Vec::new(), Vec::new());
    for manner in Manner::ALL {
        if settings.interrupt.load(Relaxed) {
            break;
        }
        let done = fetch_all(settings, manner, &getter, &fleet, &mut origin, observer)?;
        wrong.extend(done.1);
        observer.ended(&done.0.figures);
        ways.push(done.0);
    }
    let served_s = fleet.service_s(settings.requests);
    let properly = ways.iter().find(|way| way.figures.way == Manner::Properly.name());
    wrong.extend(properly.and_then(|way| misfit(&way.figures, served_s)));
    Ok(Report {
        budget: Budget::of(settings.requests, settings.service.as_secs_f64(), served_s),
        workload: workload(settings, &fleet, format!("{} {}", ready.name, ready.version)),
        ways,
        wrong,
        interrupted: settings.interrupt.load(Relaxed),
    })
}

/// Makes the requests of one manner: its report, and what is wrong with it.
fn fetch_all(
    settings: &Settings,
    manner: Manner,
    getter: &Getter,
    fleet: &Fleet,
    origin: &mut Origin,
    observer: &mut impl Observer,
) -> Result<(WayReport, Vec<String>), Error> {
    let (requests, at_once) = match manner {
        Manner::Serially => (settings.sample.min(settings.requests), 1),
        Manner::BlockingInAsync => (settings.sample.min(settings.requests), settings.at_once),
        Manner::Properly => (settings.requests, settings.at_once),
    };
    observer.begins(manner, requests);
    let mut accounts = Accounts::new(fleet);
    let before: Ledger = origin.mark()?;
    let made = getter.get(manner, requests, at_once, &settings.interrupt, |got| {
        let url = getter.url(got.request);
        accounts.take(got, &url);
        observer.got();
    })?;
    let seen = origin.ledger()?.https.since(&before.https);
    let done = Done { manner, at_once, made, all: settings.requests, totals: accounts.close(), seen: &seen };
    let wrong = done.wrong();
    Ok((done.report(fleet), wrong))
}

/// A listener for every host, and a certificate that names them all.
fn start(settings: &Settings, authority: &Authority) -> Result<Origin, Error> {
    let names = fleet::names(settings.hosts);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let issued = authority.issue_for(&names).map_err(origin::Error::from)?;
    let launch = Launch {
        addresses: fleet::addresses(settings.hosts),
        ports: settings.hosts,
        ..Launch::new(settings.origin.clone(), issued.chain_file, issued.key_file)
    };
    Ok(Origin::start(&launch)?)
}

/// Raises the limit of open files, and refuses what would exceed it.
fn open_files(at_once: u32, hosts: u16) -> Result<(), Error> {
    let limit = raise_open_files()?;
    // The client has two per connection, one registered with the reactor and one that is not. The origin has one, and
    // listeners.
    let needed = (2 * u64::from(at_once)).max(u64::from(at_once) + 2 * u64::from(hosts)) + BESIDE;
    if needed > limit { Err(Error::OpenFiles { at_once, needed, limit }) } else { Ok(()) }
}

fn workload(settings: &Settings, fleet: &Fleet, origin: String) -> Workload {
    let name_of = |role| {
        let host = fleet.hosts().iter().find(|host| host.role == role);
        host.map_or_else(String::new, |host| host.name.clone())
    };
    Workload {
        requests: settings.requests,
        sample: settings.sample.min(settings.requests),
        in_flight: settings.at_once,
        hosts: settings.hosts,
        addresses: fleet::addresses(settings.hosts),
        service_s: settings.service.as_secs_f64(),
        slow_host: name_of(Role::Slow),
        slow_factor: fleet::SLOW,
        failing_host: name_of(Role::Failing),
        origin,
    }
}
