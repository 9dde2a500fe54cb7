//! A table as CSV: plain values under the names of its columns, empty where there is none.

use super::column::Column;

/// The table's lines, with a header. A column without a name is omitted.
///
/// # Errors
///
/// None that a row can cause: the writer's target is memory.
pub(crate) fn write<R>(columns: &[Column<'_, R>], rows: impl IntoIterator<Item = R>) -> Result<String, ::csv::Error> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().flat_map(Column::csv_names))?;
    for row in rows {
        writer.write_record(columns.iter().flat_map(|column| column.csv_fields(&row)))?;
    }
    let bytes = writer.into_inner().map_err(|error| ::csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
