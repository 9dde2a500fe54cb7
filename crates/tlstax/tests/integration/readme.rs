//! The figures of README and of the findings are those of the committed runs: their marked parts, and the pictures
//! beside them, come out of the runs as they are committed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::common::{code, folder, run, stderr};

/// The texts with such parts, each with the runs that its parts name, and the folder of its pictures.
const TEXTS: [(&str, &[&str], &str); 2] = [
    ("README.md", &["results/matrix-split", "results/scenarios/as-shipped"], "docs/pictures"),
    ("docs/findings.md", &["results/profile"], "pictures"),
];

#[test]
fn their_parts_and_pictures_are_what_the_committed_runs_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (text, runs, pictures) in TEXTS {
        let (_dir, path) = folder();
        let committed = fs::read_to_string(root.join(text)).unwrap();
        fs::create_dir(path.join("docs")).unwrap();
        fs::write(path.join(text), &committed).unwrap();
        symlink(root.join("results").canonicalize().unwrap(), path.join("results")).unwrap();
        for results in runs {
            let output = run(&path, &format!("report {results} --splice {text}"));
            assert_eq!(code(&output), Some(0), "{}", stderr(&output));
            let made = format!("`tlstax report {results} --splice {text}`");
            assert!(committed.split_whitespace().collect::<Vec<_>>().join(" ").contains(&made), "{made}");
        }
        assert_eq!(fs::read_to_string(path.join(text)).unwrap(), committed);
        let beside = Path::new(text).parent().unwrap().join(pictures);
        let drawn: Vec<_> = fs::read_dir(path.join(&beside)).unwrap().map(|entry| entry.unwrap()).collect();
        assert!(!drawn.is_empty());
        for picture in drawn {
            let name = picture.file_name();
            let then = fs::read(root.join(&beside).join(&name)).unwrap();
            assert!(fs::read(picture.path()).unwrap() == then, "{} is not what the run shows", name.display());
        }
    }
}
