//! Sentences of a run: what TLS adds, what keeping a connection saves, how long waiting takes.

use analysis::verdict::{
    Added, AsShipped, Costs, Evidence, Headline, Kept, Saved, Shipped, TlsAdds, Varied, Waited, Waits,
};
use workload::Connection;

use super::quantity::{capital, factor, request, support, times, us, verb};
use crate::format::{grouped, number, time};

pub(super) fn tls_adds(adds: &TlsAdds) -> String {
    let TlsAdds { by, connection, plain, stacks } = adds;
    let costs = verb(plain, "costs", "cost");
    let stacks: Vec<String> = stacks.iter().map(added).collect();
    let median = number(plain.figure.median);
    format!(
        "{} {costs} {by} {median} µs of client CPU without TLS ({}); {}.",
        capital(&request(*connection)),
        support(plain, number),
        stacks.join("; ")
    )
}

/// `rustls adds 239 µs (95 %: 222 to 248; ×9.9)`.
fn added(added: &Added) -> String {
    let Added { tls, us, ratio } = added;
    let median = number(us.figure.median);
    if us.is_above(0.0) && ratio.claims() {
        return format!("{tls} adds {median} µs ({}; {})", support(us, number), times(ratio));
    }
    if us.is_below(0.0) && ratio.claims() {
        let less = us.negated();
        let median = number(less.figure.median);
        return format!("{tls} takes {median} µs less ({}; {})", support(&less, number), times(ratio));
    }
    match us.claims() {
        true => format!("{tls} adds nothing that is told from 0 ({median} µs; {})", support(us, number)),
        false => format!("{tls} added {median} µs ({}; {})", support(us, number), times(ratio)),
    }
}

pub(super) fn kept(kept: &Kept) -> String {
    let Kept { adds, saved } = kept;
    let saved = saved.as_ref().map_or_else(String::new, |saved| format!(" {}", self::saved(&adds.by, saved)));
    format!("{}{saved}", tls_adds(adds))
}

/// What keeping a connection saves: the difference first, then how many times less that is.
fn saved(by: &str, saved: &Saved) -> String {
    let Saved { tls, fresh, kept, less, times } = saved;
    if less.is_above(0.0) {
        let times = times.filter(|times| times.is_above(1.0));
        let times = times.map_or_else(String::new, |times| format!("; {} times less", factor(times.figure.median)));
        return format!(
            "Keeping connections open saves {by} over {tls} {} µs a request ({}{times}).",
            number(less.figure.median),
            support(less, number)
        );
    }
    format!("Over {tls} {by} took {} with a kept connection and {} with a new one.", us(kept), us(fresh))
}

pub(super) fn waits(waits: &Waits) -> String {
    let Waits { path, fastest, slowest } = waits;
    let first = format!("Waiting for {path}, {}", waited(fastest));
    match slowest {
        Some(slowest) => format!("{first}; {}.", waited(slowest)),
        None => format!("{first}."),
    }
}

fn waited(waited: &Waited) -> String {
    let Waited { by, in_flight, took } = waited;
    let took = format!("took {} ({})", time(took.figure.median), support(took, time));
    match in_flight {
        Some(most) => format!("{by} had {} in flight and {took}", requests(most)),
        None => format!("{by} {took}"),
    }
}

/// `1 request`, `64 requests`.
fn requests(most: &Evidence) -> String {
    let number = grouped(most.figure.median);
    if number == "1" { "1 request".to_owned() } else { format!("{number} requests") }
}

pub(super) fn varied(varied: &Varied) -> String {
    let Varied { cell, base, us, ratio, among } = varied;
    let most = if *among > 1 { format!(", the most of {among} that are varied") } else { String::new() };
    let median = number(us.figure.median);
    if us.is_above(0.0) && ratio.claims() {
        let support = support(us, number);
        return format!(
            "{cell} costs {median} µs of client CPU a request more than {base} ({support}; {}){most}.",
            times(ratio)
        );
    }
    if us.is_below(0.0) && ratio.claims() {
        let less = us.negated();
        let (median, support) = (number(less.figure.median), support(&less, number));
        return format!(
            "{cell} costs {median} µs of client CPU a request less than {base} ({support}; {}){most}.",
            times(ratio)
        );
    }
    let support = support(us, number);
    match us.claims() {
        true => format!(
            "What {cell} costs more than {base} is not told from 0: {median} µs of client CPU a request ({support}){most}."
        ),
        false => format!(
            "{cell} took {median} µs of client CPU a request more than {base} ({support}; {}){most}.",
            times(ratio)
        ),
    }
}

pub(super) fn costs(costs: &Costs) -> String {
    let Costs { least: (name, least), most, cells } = costs;
    match most {
        None => format!("A request of {name} took {} of client CPU.", us(least)),
        Some((other, most)) => format!(
            "Of {cells} cells {name} took least, {} of client CPU a request, and {other} most, {}.",
            us(least),
            us(most)
        ),
    }
}

pub(super) fn as_shipped(shipped: &AsShipped) -> String {
    let costs = shipped.libraries.iter().map(|library| {
        let resumed = (library.resumed > 0.0).then(|| format!("; {:.0} % resumed", library.resumed * 100.0));
        // Over new connections there is one a request, by the kind of connection.
        let opens = (shipped.connection != Connection::NewConn && library.connections > 0.0)
            .then(|| format!("; {} connections a request", number(library.connections)));
        let Shipped { name, us, .. } = library;
        let beside = [opens, resumed].into_iter().flatten().collect::<String>();
        format!("{name} {} µs ({}{beside})", number(us.figure.median), support(us, number))
    });
    let costs: Vec<String> = costs.collect();
    let takes = if shipped.libraries.iter().all(|library| library.us.claims()) { "takes" } else { "took" };
    let request = request(shipped.connection);
    format!(
        "With their own defaults, not those that pinned cells share, {} {takes} this much client CPU: {}.{}",
        request.trim_end_matches(','),
        costs.join(", "),
        least(&shipped.libraries)
    )
}

/// Which library costs least, where the intervals of the others lie above its own.
fn least(libraries: &[Shipped]) -> String {
    let [least, others @ ..] = libraries else { return String::new() };
    if others.is_empty() || !libraries.iter().all(|library| library.us.claims()) {
        return String::new();
    }
    match others.iter().all(|other| other.us.is_above(least.us.figure.high)) {
        true => format!(" {} costs least.", least.name),
        false => " Their intervals overlap: none is shown to be the least.".to_owned(),
    }
}

pub(super) fn headline(headline: &Headline) -> String {
    let Headline { by, fresh, kept } = headline;
    let stacks: Vec<String> = fresh.iter().filter(|added| claims(added)).map(more).collect();
    if stacks.is_empty() {
        return format!("This run has no new connections of {by} over TLS in {} rounds or more.", stats::ENOUGH_ROUNDS);
    }
    let kept = kept.as_ref().filter(|added| claims(added)).map_or_else(String::new, |added| {
        format!("; kept open, TLS costs it {} µs a request", number(added.us.figure.median))
    });
    format!("A new HTTPS connection costs a client {} than a plain one ({by}){kept}.", stacks.join(" and "))
}

fn claims(added: &Added) -> bool {
    added.us.is_above(0.0) && added.ratio.claims()
}

/// `239 µs of CPU more with rustls (×9.9)`.
fn more(added: &Added) -> String {
    let library = if added.tls == "native-tls" { "OpenSSL" } else { &added.tls };
    format!("{} µs of CPU more with {library} ({})", number(added.us.figure.median), times(&added.ratio))
}
