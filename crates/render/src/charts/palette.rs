//! The colours: one for each TLS stack, the same on every chart, distinguishable for colour-blind readers; others for
//! phases, states and classes.

use measure::phase::Phase;
use observation::Doing;
use plotters::style::RGBColor;
use profile::bill::Class;
use talk::lanes::State;
use workload::catalog::{self, Rgb};

use crate::observed::drawn::Drawn;

/// Neutral ink: the page's text colour.
pub(crate) const INK: RGBColor = RGBColor(0, 0, 0);

/// A TLS stack's colour. Those in the catalog were found by maximising the least distance as seen with four kinds of
/// colour vision, among colours that contrast with a white and with a dark page; a test checks this.
pub(crate) fn of_stack(tls: &str) -> RGBColor {
    let own = catalog::stack_named(tls).map(|stack| stack.colour);
    own.map_or(OTHER_STACK, |Rgb(red, green, blue)| RGBColor(red, green, blue))
}

/// The colour of any other TLS stack, mostly of external programs.
const OTHER_STACK: RGBColor = RGBColor(0x94, 0x22, 0x9f);

/// The dash pattern of a client's lines.
pub(crate) fn dashes_of(client: &str) -> &'static str {
    catalog::client_named(client).map_or(OTHER_DASHES, |client| client.dashes)
}

/// The dash pattern of any other client.
const OTHER_DASHES: &str = "8 3 2 3";

/// A phase's colour, from pale (queueing) over strong (TLS) to pale again.
pub(crate) fn of_phase(phase: Phase) -> RGBColor {
    match phase {
        Phase::Queue => RGBColor(0xb4, 0xb4, 0xb4),
        Phase::Build => RGBColor(0xaa, 0x33, 0x77),
        Phase::Connect => RGBColor(0xdd, 0xaa, 0x33),
        Phase::Tls => RGBColor(0xbb, 0x55, 0x66),
        Phase::Send => RGBColor(0x22, 0x88, 0x33),
        Phase::Wait => RGBColor(0x66, 0x99, 0xcc),
        Phase::Body => RGBColor(0x00, 0x44, 0x88),
    }
}

/// The colour of what a request does in a stage of the talk. Holding the thread is the darkest, because that is the
/// fault.
pub(crate) fn of_state(state: State) -> RGBColor {
    match state {
        State::Queued => RGBColor(0xf0, 0xf0, 0xf0),
        State::Connecting => RGBColor(0xdd, 0xaa, 0x33),
        State::Stalled => RGBColor(0xc8, 0xc8, 0xc8),
        State::Handshake => RGBColor(0xbb, 0x55, 0x66),
        State::Sending => RGBColor(0x22, 0x88, 0x33),
        State::Parked => RGBColor(0x9c, 0xc4, 0xe4),
        State::Holding => RGBColor(0x96, 0x14, 0x14),
        State::Receiving => RGBColor(0x00, 0x44, 0x88),
    }
}

/// The colour of what a connection of an observed program does: blues for requests, red for the handshake, grey for
/// nothing. Found by search as those of stacks were; what is idle is told from what is unused by how thin it is drawn.
pub(crate) fn of_drawn(what: Drawn) -> RGBColor {
    let Drawn::Doing(doing) = what else { return RGBColor(0x73, 0x39, 0x7e) };
    match doing {
        Doing::Connecting => RGBColor(0xe4, 0xae, 0x22),
        Doing::Handshake => RGBColor(0xb6, 0x26, 0x1d),
        Doing::Standing | Doing::Idle => RGBColor(0x98, 0x94, 0x8e),
        Doing::Waiting => RGBColor(0x44, 0xb3, 0xe9),
        Doing::Transferring => RGBColor(0x2c, 0x40, 0xbf),
    }
}

/// The colour of a class of CPU time: a hue for each group (reds for asymmetric cryptography, yellows for symmetric,
/// purples for the rest of TLS, blues for the kernel, greys for tlstax and functions without a name). Found in the same
/// way as those of stacks, with neighbours in a stack furthest apart.
pub(crate) fn of_class(class: Class) -> RGBColor {
    match class {
        Class::KeyExchange => RGBColor(0x6f, 0x27, 0x28),
        Class::ChainValidation => RGBColor(0xdf, 0x6e, 0x65),
        Class::CertificateVerify => RGBColor(0x86, 0x16, 0x00),
        Class::KeySchedule => RGBColor(0xe7, 0xd6, 0x06),
        Class::RecordEncryption => RGBColor(0xa8, 0x7b, 0x00),
        Class::TlsState => RGBColor(0x5a, 0x2f, 0x5d),
        Class::TrustStore => RGBColor(0xf2, 0x92, 0xcc),
        Class::Http => RGBColor(0x9d, 0xd8, 0x73),
        Class::Runtime => RGBColor(0x00, 0xea, 0xff),
        Class::ThreadCreation => RGBColor(0x52, 0x91, 0x93),
        Class::Memory => RGBColor(0x96, 0x22, 0xf3),
        Class::KernelNetwork => RGBColor(0x38, 0x50, 0x97),
        Class::KernelOther => RGBColor(0x1e, 0xac, 0xff),
        Class::Harness => RGBColor(0x60, 0x61, 0x5b),
        Class::Other => RGBColor(0xd3, 0xd2, 0xc5),
    }
}

/// A colour for a share from 0 to 1, pale to dark, for maps. Interpolated between the ends and the middle of a scale of
/// one hue, so that it can be read without colour vision too.
pub(crate) fn scale(share: f64) -> RGBColor {
    const STOPS: [(f64, f64, f64); 3] = [(255.0, 247.0, 222.0), (240.0, 150.0, 70.0), (120.0, 20.0, 30.0)];
    let at = share.clamp(0.0, 1.0) * 2.0;
    let (from, to) = if at < 1.0 { (STOPS[0], STOPS[1]) } else { (STOPS[1], STOPS[2]) };
    let part = at - at.floor().min(1.0);
    let mix = |a: f64, b: f64| (a + (b - a) * part).round() as u8;
    RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// Relative luminance, 0 to 1 (WCAG 2.2).
pub(crate) fn luminance(color: RGBColor) -> f64 {
    let [r, g, b] = [color.0, color.1, color.2].map(linear);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn linear(channel: u8) -> f64 {
    match f64::from(channel) / 255.0 {
        low if low <= 0.04045 => low / 12.92,
        high => ((high + 0.055) / 1.055).powf(2.4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::drawn;

    type Matrix = [[f64; 3]; 3];

    /// Normal colour vision, then protanopia, deuteranopia and tritanopia (Machado, Oliveira & Fernandes 2009, severity
    /// 1).
    const EYES: [Matrix; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ];

    /// CIE L*a*b* (D65) of a colour as seen with this colour vision.
    fn lab(color: RGBColor, eyes: &Matrix) -> [f64; 3] {
        let rgb = [color.0, color.1, color.2].map(linear);
        let seen = eyes.map(|row| (row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]).clamp(0.0, 1.0));
        let [r, g, b] = seen;
        let f = |t: f64| if t > 0.008856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
        let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
        let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
        let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn distance(one: RGBColor, other: RGBColor, eyes: &Matrix) -> f64 {
        let (a, b) = (lab(one, eyes), lab(other, eyes));
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn all_eyes_tell_the_classes_apart_and_neighbours_best() {
        for eyes in &EYES {
            for (index, one) in Class::ALL.into_iter().enumerate() {
                for (steps, other) in Class::ALL.into_iter().skip(index + 1).enumerate() {
                    let distance = distance(of_class(one), of_class(other), eyes);
                    let least = if steps == 0 { 30.0 } else { 18.0 };
                    assert!(distance > least, "{one:?} and {other:?} are {distance:.0} apart");
                }
            }
        }
    }

    #[test]
    fn all_eyes_tell_what_connections_do_apart_and_from_the_page() {
        // An idle connection is a thin line, which distinguishes it.
        let shown = drawn::ALL.into_iter().filter(|what| *what != Drawn::Doing(Doing::Idle));
        let shown: Vec<Drawn> = shown.collect();
        for eyes in &EYES {
            for (index, one) in shown.iter().enumerate() {
                for other in shown.iter().skip(index + 1) {
                    let distance = distance(of_drawn(*one), of_drawn(*other), eyes);
                    assert!(distance > 30.0, "{one:?} and {other:?} are {distance:.0} apart");
                }
                for page in [RGBColor(0xff, 0xff, 0xff), RGBColor(0x14, 0x17, 0x1c)] {
                    let distance = distance(of_drawn(*one), page, eyes);
                    assert!(distance > 30.0, "{one:?} is {distance:.0} from a page");
                }
            }
        }
    }

    #[test]
    fn all_eyes_tell_the_stacks_apart() {
        let stacks = catalog::stacks::ALL.iter().map(|stack| of_stack(stack.name)).chain([OTHER_STACK]);
        let colors: Vec<RGBColor> = stacks.collect();
        for eyes in &EYES {
            for (index, one) in colors.iter().enumerate() {
                for other in &colors[index + 1..] {
                    let distance = distance(*one, *other, eyes);
                    // 2.3 is a just noticeable difference (Mahy et al. 1994): ten times that is seen at a glance.
                    assert!(distance > 23.0, "{one:?} and {other:?} are {distance:.0} apart");
                }
            }
        }
    }

    #[test]
    fn colours_stand_out_from_light_and_dark_pages() {
        let contrast = |a: f64, b: f64| (a.max(b) + 0.05) / (a.min(b) + 0.05);
        let stacks = catalog::stacks::ALL.iter().map(|stack| (stack.name, of_stack(stack.name)));
        for (name, color) in stacks.chain([("others", OTHER_STACK)]) {
            let own = luminance(color);
            assert!(contrast(own, 1.0) > 2.5 && contrast(own, 0.0085) > 2.3, "{name}");
        }
    }

    #[test]
    fn the_scale_darkens() {
        let steps: Vec<f64> = (0..=10).map(|tenth| luminance(scale(f64::from(tenth) / 10.0))).collect();
        assert!(steps.windows(2).all(|pair| pair[0] > pair[1]), "{steps:?}");
    }
}
