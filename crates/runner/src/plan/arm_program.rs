//! The programs of a paired run.

use std::fs::File;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use measure::result::{Arm, ArmInfo};
use sha2::{Digest, Sha256};

/// A program that takes part in a paired run: a build of tlstax, or any program that speaks the trial protocol when
/// called with the argument `engine`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArmProgram {
    /// Its description in `run.json`.
    pub info: ArmInfo,
    /// Its path.
    pub exe: PathBuf,
}

/// Why a program cannot take part.
#[derive(Debug, thiserror::Error)]
pub enum ArmError {
    /// It cannot be read.
    #[error("reading the program {}: {source}; name two builds of tlstax", .exe.display())]
    Unreadable {
        /// The program.
        exe: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// It is not executable.
    #[error("{} cannot be executed: name two builds of tlstax", .0.display())]
    NotExecutable(PathBuf),
}

impl ArmProgram {
    /// The program `exe` as that arm. Reads the whole file for its digest.
    ///
    /// # Errors
    ///
    /// When it cannot be read or executed.
    pub fn read(arm: Arm, exe: &Path) -> Result<ArmProgram, ArmError> {
        let unreadable = |source| ArmError::Unreadable { exe: exe.to_owned(), source };
        // Absolute, so that it is found from any working directory.
        let exe = exe.canonicalize().map_err(unreadable)?;
        let mut file = File::open(&exe).map_err(unreadable)?;
        let about = file.metadata().map_err(unreadable)?;
        if !about.is_file() || about.permissions().mode() & 0o111 == 0 {
            return Err(ArmError::NotExecutable(exe));
        }
        let mut digest = Sha256::new();
        io::copy(&mut file, &mut digest).map_err(unreadable)?;
        let sha256 = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let program = exe.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(ArmProgram { info: ArmInfo { arm, program, sha256 }, exe })
    }

    /// The program `exe` twice, to be compared with itself.
    ///
    /// # Errors
    ///
    /// As [`ArmProgram::read`].
    pub fn twice(exe: &Path) -> Result<Vec<ArmProgram>, ArmError> {
        [Arm::Base, Arm::New].map(|arm| ArmProgram::read(arm, exe)).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_told_by_its_digest() {
        let own = std::env::current_exe().unwrap();
        let base = ArmProgram::read(Arm::Base, &own).unwrap();
        let new = ArmProgram::read(Arm::New, &own).unwrap();
        assert_eq!((base.info.sha256.len(), base.info.sha256), (64, new.info.sha256));
        let cat = ArmProgram::read(Arm::New, Path::new("/bin/cat")).unwrap();
        assert_eq!(cat.info.program, cat.exe.file_name().unwrap().to_str().unwrap());
        assert_ne!(cat.info.sha256, ArmProgram::read(Arm::Base, &own).unwrap().info.sha256);
    }

    #[test]
    fn what_cannot_be_run_is_refused_by_name() {
        let error = |path: &str| ArmProgram::read(Arm::New, Path::new(path)).unwrap_err().to_string();
        assert!(error("/no/such/build").contains("/no/such/build"));
        assert!(error("/etc/passwd").contains("/etc/passwd cannot be executed"));
        assert!(error("/etc").contains("/etc cannot be executed"));
    }
}
