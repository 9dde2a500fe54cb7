//! README's figures are those of the committed runs: its marked parts, and the pictures beside it, come out of them as
//! they are committed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::common::{code, folder, run, stderr};

/// The runs that README's parts name.
const RUNS: [&str; 2] = ["results/matrix-split", "results/profile"];

#[test]
fn its_parts_and_pictures_are_what_the_committed_runs_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (_dir, path) = folder();
    let committed = fs::read_to_string(root.join("README.md")).unwrap();
    fs::write(path.join("README.md"), &committed).unwrap();
    symlink(root.join("results").canonicalize().unwrap(), path.join("results")).unwrap();
    for results in RUNS {
        let output = run(&path, &format!("report {results} --splice README.md"));
        assert_eq!(code(&output), Some(0), "{}", stderr(&output));
        assert!(committed.contains(&format!("`tlstax report {results} --splice README.md`")), "{results}");
    }
    assert_eq!(fs::read_to_string(path.join("README.md")).unwrap(), committed);
    let drawn: Vec<_> = fs::read_dir(path.join("docs/pictures")).unwrap().map(|entry| entry.unwrap()).collect();
    assert!(!drawn.is_empty());
    for picture in drawn {
        let name = picture.file_name();
        let (now, then) =
            (fs::read(picture.path()).unwrap(), fs::read(root.join("docs/pictures").join(&name)).unwrap());
        assert!(now == then, "docs/pictures/{} is not what the run shows", name.display());
    }
}
