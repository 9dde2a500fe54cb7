//! The panels of a report, one line each in the order of the page, and their charts, drawn.

use analysis::report_data::ReportData;

use crate::charts::panel::Panel;
use crate::charts::{self, Chart, ChartError};

/// All panels. A profiled run is about its bills: they come before everything else.
const PANELS: &[&Panel] = &[
    &charts::bill::PANEL,
    &charts::bill::TAX_PANEL,
    &charts::stages::matrix::PANEL,
    &charts::stages::times::PANEL,
    &charts::stages::lanes::PANEL,
    &charts::tax_map::PANEL,
    &charts::cpu::PANEL,
    &charts::rate::PANEL,
    &charts::percentiles::PANEL,
    &charts::phases::PANEL,
    &charts::scaling::PANEL,
    &charts::timeline::PANEL,
];

/// A panel of one report.
pub(crate) struct DrawnPanel {
    pub(crate) panel: &'static Panel,
    /// What its charts say, in words.
    pub(crate) told: Vec<String>,
    /// Its charts.
    pub(crate) charts: Vec<Chart>,
}

/// Draws all charts of a result, in the order of the page. Panels without charts are left out.
///
/// # Errors
/// When the chart library refuses, which none of its rules gives it reason to.
pub(crate) fn panels(data: &ReportData<'_>) -> Result<Vec<DrawnPanel>, ChartError> {
    let mut panels = Vec::new();
    for panel in PANELS.iter().filter(|panel| panel.runs.have(data)) {
        let charts = (panel.charts)(data)?;
        if !charts.is_empty() {
            let told = panel.words.map_or_else(Vec::new, |words| words(data));
            panels.push(DrawnPanel { panel, told, charts });
        }
    }
    Ok(panels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_panel_has_a_name_of_its_own_and_says_what_it_shows() {
        for (number, panel) in PANELS.iter().enumerate() {
            assert_eq!(PANELS.iter().position(|other| other.id == panel.id), Some(number), "{}", panel.id);
            assert!(panel.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{} is no fragment", panel.id);
            assert!(!panel.heading.is_empty() && panel.intro.ends_with('.'), "{}", panel.id);
        }
    }
}
