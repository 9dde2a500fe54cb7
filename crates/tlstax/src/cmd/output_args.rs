//! In which form a run's results are printed, and whether a page is made of them.

use std::path::PathBuf;

use crate::show::Form;

#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct OutputArgs {
    /// As JSON: the verdict, what was run, and the summary
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
    /// The figures as CSV
    #[arg(long, conflicts_with = "json", help_heading = "Output")]
    pub(crate) csv: bool,
    /// The report as Markdown
    #[arg(long, conflicts_with_all = ["json", "csv"], help_heading = "Output")]
    pub(crate) md: bool,
    /// Make the report's page too, in this folder
    #[arg(short = 'o', long, value_name = "PAGE", help_heading = "Output")]
    pub(crate) page: Option<PathBuf>,
    /// With details: floors, the distance to them, what the event loop did, and warm-ups
    #[arg(short, long, help_heading = "Output")]
    pub(crate) verbose: bool,
}

impl OutputArgs {
    /// The form.
    pub(crate) fn form(&self) -> Form {
        match (self.json, self.csv, self.md) {
            (true, ..) => Form::Json,
            (_, true, _) => Form::Csv,
            (.., true) => Form::Markdown,
            _ => Form::Tables,
        }
    }
}
