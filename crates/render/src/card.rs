//! The card of a run: one number, large, in the size that social networks show beside a link (1,200 × 630).

use analysis::report_data::ReportData;
use analysis::verdict::{Added, Sentence, TlsAdds, of_run};
use askama::Template;

use crate::format::number;
use crate::verdict::{request, support, times};

/// The card's file name.
pub(crate) const CARD: &str = "card.svg";

#[derive(Template)]
#[template(path = "card.svg")]
struct Card {
    number: String,
    request: String,
    by: String,
    rests_on: String,
    machine: String,
}

/// The card: what the cheapest TLS stack adds to a request. `None` where the run claims nothing of the kind.
///
/// # Errors
/// None that the data can cause: the template was checked when it was compiled.
pub(crate) fn svg(data: &ReportData<'_>) -> Result<Option<String>, askama::Error> {
    let said = of_run(&data.summaries, data.result.run.order);
    let Some((adds, added)) = said.iter().find_map(least) else { return Ok(None) };
    let run = &data.result.run;
    let day = run.started.split('T').next().unwrap_or_default();
    let card = Card {
        number: format!("+{} µs", number(added.us.figure.median)),
        request: request(adds.connection),
        by: format!("{} over {}: {} of the same request without TLS", adds.by, added.tls, times(&added.ratio)),
        rests_on: format!("{}, {} rounds", support(&added.us, number), added.us.rounds),
        machine: format!("{} · {day} · tlstax {}", run.machine.cpu, run.tlstax),
    };
    card.render().map(Some)
}

/// The stack that adds least, if so much is claimed.
fn least(sentence: &Sentence) -> Option<(&TlsAdds, &Added)> {
    let Sentence::TlsAdds(adds) = sentence else { return None };
    let claimed = adds.stacks.iter().filter(|added| added.us.claims() && added.us.is_above(0.0));
    let least = claimed.min_by(|a, b| a.us.figure.median.total_cmp(&b.us.figure.median))?;
    Some((adds, least))
}
