//! JSON Schema (draft 2020-12) of the result files, derived from the types that are written, for programs that read
//! them in another language. A file of any format up to [`FORMAT`] is valid: fields that earlier formats lack are not
//! required. Fields that no version of tlstax has written are not allowed.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

use super::{FORMAT, RUN_FILE, RunInfo, TRIALS_FILE, Trial};

/// The schema of `run.json`.
pub fn of_run() -> Value {
    of::<RunInfo>(&format!("{RUN_FILE} of a tlstax result, format {FORMAT}"))
}

/// The schema of one line of `trials.ndjson`.
pub fn of_trial() -> Value {
    of::<Trial>(&format!("a line of {TRIALS_FILE} of a tlstax result, format {FORMAT}"))
}

/// The schema of a file that holds a `T`, with this title.
pub fn of<T: JsonSchema>(title: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize().with_transform(RecursiveTransform(plain_words));
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".to_owned(), title.into());
        nothing_else(root);
        let types = root.get_mut("$defs").and_then(Value::as_object_mut);
        types.into_iter().flat_map(|types| types.values_mut()).filter_map(Value::as_object_mut).for_each(nothing_else);
    }
    schema
}

/// Forbids other fields than those of a struct. Applied to whole types and not to their variants, so that the fields of
/// a flattened type count as its parent's.
fn nothing_else(schema: &mut Map<String, Value>) {
    if schema.contains_key("properties") {
        schema.entry("unevaluatedProperties").or_insert(Value::Bool(false));
    }
}

/// Removes the brackets of rustdoc's links from descriptions.
fn plain_words(schema: &mut Schema) {
    if let Some(Value::String(words)) = schema.get_mut("description") {
        *words = words.replace("[`", "`").replace("`]", "`");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_described_and_no_other_is_allowed() {
        for schema in [of_run(), of_trial()] {
            let types = schema["$defs"].as_object().unwrap().values().chain([&schema]);
            for kind in types.filter(|kind| kind.get("properties").is_some()) {
                assert_eq!(kind["unevaluatedProperties"], false);
                for (name, field) in kind["properties"].as_object().unwrap() {
                    let words = field.get("description").and_then(Value::as_str).unwrap_or_default();
                    assert!(!words.is_empty() && !words.contains("[`"), "{name}: {words:?}");
                }
            }
        }
    }
}
