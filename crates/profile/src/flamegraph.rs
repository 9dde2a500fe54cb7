//! Flamegraphs: the stacks of a profile as one interactive picture, in which width is time. They hang from the top, as
//! icicles: what a reader looks for first, the program's own functions, is where reading begins.
//!
//! Module `plumbing` folds the frames of runtimes. Search and zoom are inferno's; module `palette` defines the colours.

use std::io::Write;

use inferno::flamegraph::{self, Direction, Options, TextTruncateDirection};

use crate::error::ProfileError;
use crate::folded;
use crate::palette;
use crate::plumbing;
use crate::stack::Profile;

/// Draws `profile` as an SVG. Widths are samples; multiply by the period to get time.
///
/// # Errors
///
/// There is no sample, or `writer` cannot be written to.
pub fn write(profile: &Profile, title: &str, subtitle: &str, writer: impl Write) -> Result<(), ProfileError> {
    if profile.samples == 0 {
        return Err(ProfileError::Empty { what: "a flamegraph" });
    }
    let profile = &plumbing::folded(profile);
    let mut colours = palette::of(profile);
    let mut options = picture(title, subtitle);
    options.palette_map = Some(&mut colours);
    options.count_name = "samples".to_owned();
    draw(&mut options, &folded::lines(profile), writer, "a flamegraph")
}

/// The options that all pictures share.
pub(crate) fn picture<'a>(title: &str, subtitle: &str) -> Options<'a> {
    let mut options = Options::default();
    options.title = title.to_owned();
    options.subtitle = (!subtitle.is_empty()).then(|| subtitle.to_owned());
    options.name_type = "Function:".to_owned();
    // As wide as the window.
    options.image_width = None;
    options.deterministic = true;
    options.direction = Direction::Inverted;
    // A name's beginning says whose function it is.
    options.text_truncate_direction = TextTruncateDirection::Right;
    options
}

pub(crate) fn draw(
    options: &mut Options<'_>,
    lines: &[String],
    writer: impl Write,
    what: &'static str,
) -> Result<(), ProfileError> {
    flamegraph::from_lines(options, lines.iter().map(String::as_str), writer)
        .map_err(|source| ProfileError::Write { what, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(folded: &str) -> String {
        let mut svg = Vec::new();
        write(&folded::read(folded, 1000).unwrap(), "the <title>", "sub & title", &mut svg).unwrap();
        String::from_utf8(svg).unwrap()
    }

    #[test]
    fn every_function_is_in_the_picture_and_every_label_escaped() {
        let svg = svg("main;a::B<..>::poll;SHA256_Update 30\nmain;a::B<..>::poll;tcp_sendmsg_[k] 70\n");
        for wanted in ["the &lt;title&gt;", "sub &amp; title", "SHA256_Update", "a::B&lt;..&gt;::poll", "tcp_sendmsg"] {
            assert!(svg.contains(wanted), "{wanted} is missing");
        }
        assert!(svg.contains("100 samples") && svg.contains("70 samples"), "{svg}");
        assert!(!svg.contains("NaN"));
    }

    #[test]
    fn the_kernel_cryptography_and_rust_have_colours_of_their_own() {
        let svg = svg("main;a::b 1\nmain;SHA256_Update 1\nmain;tcp_sendmsg_[k] 1\n");
        for kind in [palette::KERNEL, palette::CRYPTOGRAPHY, palette::RUST] {
            let colour = format!("rgb({},{},{})", kind.r, kind.g, kind.b);
            assert!(svg.contains(&colour), "{colour} is missing");
        }
    }

    #[test]
    fn nothing_is_no_picture() {
        let error = write(&Profile::default(), "t", "", Vec::new()).unwrap_err();
        assert!(error.to_string().contains("at least one sample"));
    }
}
