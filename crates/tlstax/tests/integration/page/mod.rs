//! The page of a report in a real browser: what it shows, what it does when it is asked, and that it asks nothing of
//! anyone.
//!
//! Needs Chromium. With CI set its absence fails the test; elsewhere it is said and skipped.

mod browser;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::common::{matrix, trials};
use browser::Browser;

/// Rows of the committed matrix: 72 cells, and the 12 that also show how they wait.
const ROWS: usize = 84;

const SCRIPT: &str = "<script>alert(1)</script>";

/// A committed run, with names in it that no page may take for anything but text.
fn results() -> tempfile::TempDir {
    let matrix = matrix();
    let dir = tempfile::tempdir().unwrap();
    let run = fs::read_to_string(matrix.join("run.json")).unwrap();
    let mut run: serde_json::Value = serde_json::from_str(&run).unwrap();
    run["left_out"] =
        serde_json::json!([{ "what": SCRIPT, "concurrency": null, "why": "\"'><img src=x onerror=alert(2)>" }]);
    run["command"] = serde_json::json!(["tlstax", SCRIPT]);
    fs::write(dir.path().join("run.json"), run.to_string()).unwrap();
    let mut lines = trials(&matrix);
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let mut named = first.clone();
    named["cell"] = SCRIPT.into();
    let mut invalid = first;
    invalid["round"] = 11.into();
    invalid["verdict"] = serde_json::json!({ "invalid": [SCRIPT] });
    lines.push_str(&format!("{named}\n{invalid}\n"));
    fs::write(dir.path().join("trials.ndjson"), lines).unwrap();
    dir
}

/// The page in a browser, and the data beside it.
struct Opened {
    browser: Browser,
    report: tempfile::TempDir,
}

impl Opened {
    /// In a window so many CSS pixels wide; `None` where no browser is installed.
    fn at(width: u32) -> Option<Opened> {
        let (program, report, results) = (browser::installed()?, tempfile::tempdir().unwrap(), results());
        let mut command = Command::new(env!("CARGO_BIN_EXE_tlstax"));
        let made = command.arg("report").arg(results.path()).arg("-o").arg(report.path()).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        let mut browser = Browser::start(&program, width);
        browser.open(&format!("file://{}", report.path().join("index.html").display()));
        Some(Opened { browser, report })
    }

    /// The value of an expression.
    fn json(&mut self, expression: &str) -> serde_json::Value {
        self.browser.evaluate(expression)
    }

    fn number(&mut self, expression: &str) -> f64 {
        self.json(expression).as_f64().unwrap()
    }

    fn run(&mut self, script: &str) {
        self.browser.evaluate(script);
    }

    /// The figures of a section and a column of cells.csv, by cell.
    fn figures(&self, section: &str, column: &str) -> BTreeMap<String, f64> {
        let mut reader = csv::Reader::from_path(self.report.path().join("cells.csv")).unwrap();
        let column = reader.headers().unwrap().iter().position(|name| name == column).unwrap();
        let records = reader.records().map(Result::unwrap);
        let of_section = records.filter(|record| record[0] == *section);
        of_section.filter_map(|record| Some((record[1].to_owned(), record[column].parse().ok()?))).collect()
    }
}

#[test]
fn the_page_shows_the_data_and_nothing_leaves_it() {
    let Some(mut page) = Opened::at(1280) else {
        eprintln!("skipped: Chromium is not installed");
        return;
    };
    charts_have_the_numbers_of_the_data(&mut page);
    names_are_text(&mut page);
    filters(&mut page);
    sorts(&mut page);
    legends_switch_lines(&mut page);
    let seen = page.browser.noticed();
    let others: Vec<&String> = seen.iter().filter(|line| !line.ends_with("/index.html\"")).collect();
    assert!(others.is_empty() && !seen.is_empty(), "{seen:?}");
}

/// Every chart is there, and its bars are as long as the figures beside it in the data are great.
fn charts_have_the_numbers_of_the_data(page: &mut Opened) {
    let files = fs::read_dir(page.report.path()).unwrap().map(|entry| entry.unwrap().path());
    // The card is shown with links to the page, and not on it.
    let is_picture = |path: &PathBuf| path.extension() == Some(OsStr::new("svg")) && !path.ends_with("card.svg");
    let pictures = files.filter(is_picture).count();
    assert!(pictures >= 15, "{pictures}");
    assert_eq!(page.number("document.querySelectorAll('figure.chart').length"), pictures as f64);
    page.run("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })");
    let wide = "[...document.querySelectorAll('figure.chart > svg, figure.chart .wide svg')]";
    assert_eq!(page.number(&format!("{wide}.filter((svg) => svg.getBBox().height < 60).length")), 0.0, "one is blank");
    let narrow = "[...document.querySelectorAll('figure.chart .narrow svg')].map((svg) => svg.viewBox.baseVal.width)";
    assert_eq!(page.number(&format!("{narrow}.filter((width) => width > 340).length")), 0.0, "wider than a telephone");
    assert!(page.number(&format!("{narrow}.length")) > 0.0);

    for (chart, column) in [("cpu-new-conn", "client_cpu_us_per_request"), ("rate-keep-alive", "requests_per_second")] {
        let widths = format!(
            "[...document.querySelector('svg[aria-labelledby^=\"{chart}-t\"]').querySelectorAll('g.row')].map((row) => \
             [row.dataset.cell, [...row.querySelectorAll('rect')].reduce((sum, rect) => sum + \
             Number(rect.getAttribute('width')), 0)])"
        );
        let section = chart.split_once('-').unwrap().1;
        let figures = page.figures(section, column);
        let bars: Vec<(f64, f64)> = page
            .json(&widths)
            .as_array()
            .unwrap()
            .iter()
            .map(|bar| (figures[bar[0].as_str().unwrap()], bar[1].as_f64().unwrap()))
            .collect();
        assert_eq!(bars.len(), 30, "{chart}: ten models with their clients, three stacks");
        let (greatest, longest) = bars.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        for (figure, width) in bars {
            let due = longest * figure / greatest;
            assert!((width - due).abs() <= 2.5, "{chart}: {width} px for {figure}, {due:.1} were due");
        }
    }

    let tax = page.figures("new-conn", "tls_tax_us_per_request")["smol/hyper/rustls/new-conn"];
    let told = page.json(
        "document.querySelector('svg[aria-labelledby^=\"tax-map\"] \
                          g[data-cell=\"smol/hyper/rustls/new-conn\"] text').textContent",
    );
    assert!(told.as_str().unwrap().starts_with(&format!("{tax:+.1} (×")), "{told} for {tax}");
}

fn names_are_text(page: &mut Opened) {
    let text = page.json("document.body.innerText");
    let text = text.as_str().unwrap();
    assert!(text.matches(SCRIPT).count() >= 4, "as a cell's name, a reason, what was left out, a command");
    assert!(text.contains("<img src=x onerror=alert(2)>"));
    assert_eq!(page.number("document.querySelectorAll('script').length"), 1.0, "the page's own");
    assert_eq!(page.number("document.querySelectorAll('img').length"), 0.0);
}

fn filters(page: &mut Opened) {
    let shown =
        "[...document.querySelectorAll('tr[data-cell]')].filter((row) => !row.hidden).map((row) => row.dataset.cell)";
    type_in(page, "native-tls smol");
    let cells = page.json(shown);
    assert_eq!(cells, serde_json::json!(["smol/hyper/native-tls/new-conn", "smol/hyper/native-tls/keep-alive"]));
    assert_eq!(page.json("document.getElementById('shown').textContent"), format!("2 of {ROWS} cells"));
    let left = "[...document.querySelectorAll('svg g[data-cell]:not(.off)')].every((row) => \
                row.dataset.cell.startsWith('smol/hyper/native-tls/'))";
    assert_eq!(page.json(left), true);
    type_in(page, "");
    assert_eq!(page.json(shown).as_array().unwrap().len(), ROWS);
}

fn type_in(page: &mut Opened, words: &str) {
    page.run(&format!(
        "(() => {{ const field = document.getElementById('filter'); field.value = '{words}'; field.dispatchEvent(new \
         Event('input')); }})()"
    ));
}

fn sorts(page: &mut Opened) {
    let click = "[...document.querySelectorAll('#cells thead button')].find((button) => \
                 button.textContent.startsWith('client CPU')).click()";
    let column = "[...document.querySelectorAll('#cells tbody tr')].map((row) => Number(row.cells[2].dataset.value))";
    let values = |page: &mut Opened| -> Vec<f64> {
        page.json(column).as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
    };
    page.run(click);
    let rising = values(page);
    assert!(rising.len() == ROWS && rising.windows(2).all(|pair| pair[0] <= pair[1]), "{rising:?}");
    page.run(click);
    assert!(values(page).windows(2).all(|pair| pair[0] >= pair[1]));
    assert_eq!(page.json("document.querySelectorAll('#cells th[aria-sort=descending]').length"), 1);
}

/// With the keyboard, as those do who have no mouse.
fn legends_switch_lines(page: &mut Opened) {
    page.run("document.querySelector('.series > .key').focus()");
    let visible = "getComputedStyle(document.querySelector('.series > .mark')).visibility";
    assert_eq!(page.json(visible), "visible");
    page.browser.press_enter();
    assert_eq!(page.json(visible), "hidden");
    assert_eq!(page.json("document.querySelector('.series > .key').getAttribute('aria-pressed')"), "false");
    page.browser.press_enter();
    assert_eq!(page.json(visible), "visible");
}

#[test]
fn a_narrow_window_scrolls_tables_and_charts_and_not_the_page() {
    let Some(mut page) = Opened::at(400) else {
        eprintln!("skipped: Chromium is not installed");
        return;
    };
    assert_eq!(page.number("innerWidth"), 400.0);
    let wide = "[...document.querySelectorAll('body > *, main > *')].filter((part) => \
                part.getBoundingClientRect().right > innerWidth + 1).map((part) => part.id || part.tagName)";
    assert_eq!(page.json(wide), serde_json::json!([]), "these stick out");
    assert!(page.number("document.documentElement.scrollWidth - innerWidth") <= 1.0);
}
