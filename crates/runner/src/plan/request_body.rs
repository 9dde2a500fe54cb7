//! The body that the user gives to every request: a text as it is, or what a file holds.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use workload::BodySpec;

/// The body of every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestBody(Arc<[u8]>);

/// Why there is no such body.
#[derive(Debug, thiserror::Error)]
#[error("--body @{}: {source}; name a file after the @, or write a text without one", .path.display())]
pub struct RequestBodyError {
    path: PathBuf,
    source: io::Error,
}

impl RequestBody {
    /// Reads `TEXT` or `@FILE`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(text: &str) -> Result<RequestBody, RequestBodyError> {
        let Some(path) = text.strip_prefix('@') else { return Ok(RequestBody(text.as_bytes().into())) };
        let bytes = result_file::read(Path::new(path));
        let bytes = bytes.map_err(|source| RequestBodyError { path: PathBuf::from(path), source })?;
        Ok(RequestBody(bytes.into()))
    }

    /// What is written down of it.
    pub fn spec(&self) -> BodySpec {
        BodySpec { bytes: self.0.len() as u64, sha256: format!("{:x}", Sha256::digest(&self.0)) }
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_body_and_so_is_a_file() {
        let spec = RequestBody::read("abc").unwrap().spec();
        assert_eq!(spec.bytes, 3);
        assert_eq!(spec.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let error = RequestBody::read("@/nowhere").unwrap_err().to_string();
        assert!(error.contains("--body @/nowhere") && error.contains("No such file"), "{error}");
        assert!(RequestBody::read("@/").unwrap_err().to_string().contains("a directory"));
    }
}
