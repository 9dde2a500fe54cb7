//! A table in Markdown.

use super::{Align, Field, Head, Markup, Table};
use crate::markdown_escape::escaped;

/// Its lines.
pub(crate) fn write(table: &Table) -> String {
    let heads = table.heads.iter().map(|head| format!(" {} |", escaped(&head.line())));
    let rule = table.heads.iter().map(|head| match head.align {
        Align::Left => " --- |",
        Align::Right => " --: |",
    });
    let mut text = format!("|{}\n|{}\n", heads.collect::<String>(), rule.collect::<String>());
    for row in &table.rows {
        let fields = table.heads.iter().zip(row).map(|(head, field)| written(head, field));
        text.push_str(&format!("|{}\n", fields.collect::<String>()));
    }
    text
}

fn written(head: &Head, field: &Field) -> String {
    match (field.missing, head.markdown) {
        (true, _) => " |".to_owned(),
        (false, Markup::Text) => format!(" {} |", escaped(&field.text)),
        (false, Markup::Code) => format!(" `{}` |", field.text),
        (false, Markup::Verbatim) => format!(" {} |", field.text),
    }
}
