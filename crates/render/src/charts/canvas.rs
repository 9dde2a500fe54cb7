//! The canvas for charts: a backend of plotters that writes SVG in which every shape belongs to a datum.
//!
//! The library's own SVG backend writes bare shapes. Here, shapes are in groups that have the name of their cell and a
//! text alternative with its figures, so that a page can filter, dim and explain them; neutral ink is `currentColor`,
//! so that one picture serves a light and a dark page.

use std::cell::RefCell;
use std::fmt::{self, Write};
use std::rc::Rc;

use plotters::style::RGBColor;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform,
};

/// An SVG canvas. Clones write to the same one.
#[derive(Debug, Clone)]
pub(crate) struct Canvas {
    size: (u32, u32),
    body: Rc<RefCell<String>>,
}

type Drawn = Result<(), DrawingErrorKind<fmt::Error>>;

impl Canvas {
    /// An empty canvas of this size, pixels.
    pub(crate) fn new(width: u32, height: u32) -> Canvas {
        Canvas { size: (width, height), body: Rc::default() }
    }

    /// Begins a group of shapes.
    pub(crate) fn open(&self, class: &str, cell: Option<&str>, title: &str) {
        let cell = cell.map_or_else(String::new, |cell| format!(" data-cell=\"{}\"", escaped(cell)));
        let title = if title.is_empty() { String::new() } else { format!("<title>{}</title>", escaped(title)) };
        self.put(format_args!("<g class=\"{class}\"{cell}>{title}"));
    }

    /// Ends the innermost group.
    pub(crate) fn close(&self) {
        self.put(format_args!("</g>\n"));
    }

    /// Sets the dash pattern for the lines of the current group; `""` for none.
    pub(crate) fn dashed(&self, pattern: &str) {
        if pattern.is_empty() {
            self.put(format_args!("<g>"));
        } else {
            self.put(format_args!("<g stroke-dasharray=\"{pattern}\">"));
        }
    }

    /// Begins a group whose shapes end on whole pixels of the device, so that no gap is visible between neighbours.
    pub(crate) fn crisp(&self) {
        self.put(format_args!("<g shape-rendering=\"crispEdges\">"));
    }

    /// Draws pieces of a lane around `middle`, given as start and end, as one path, since there may be many. Each is
    /// wide enough to be visible.
    pub(crate) fn lane(&self, middle: i32, thickness: f64, RGBColor(r, g, b): RGBColor, pieces: &[(f64, f64)]) {
        if pieces.is_empty() {
            return;
        }
        self.put(format_args!("<path stroke=\"#{r:02x}{g:02x}{b:02x}\" stroke-width=\"{thickness:.1}\" d=\""));
        for (from, to) in pieces {
            self.put(format_args!("M{from:.1} {middle}h{:.1}", (to - from).max(0.6)));
        }
        self.put(format_args!("\"/>"));
    }

    /// The complete picture: `title` and `description` are for screen readers.
    pub(crate) fn finish(&self, id: &str, title: &str, description: &str) -> String {
        let (width, height) = self.size;
        let (title, description) = (escaped(title), escaped(description));
        // The contents of an image are hidden from screen readers; a group's shapes give their figures, and the entries
        // of its legend are buttons.
        let role = "group";
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"{role}\" aria-labelledby=\"{id}-t {id}-d\" \
             font-family=\"system-ui,sans-serif\" font-size=\"12\"><title id=\"{id}-t\">{title}</title><desc \
             id=\"{id}-d\">{description}</desc>\n{}</svg>\n",
            self.body.borrow()
        )
    }

    fn put(&self, text: fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.body.borrow_mut().write_fmt(text);
    }
}

/// Text escaped for SVG, also for attributes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // XML 1.0 §2.2 allows no other control characters, not even as references.
            c if c.is_control() && c != '\n' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// `fill` or `stroke` in this colour; black is the page's ink.
fn paint(what: &str, color: BackendColor) -> String {
    let (r, g, b) = color.rgb;
    let name = if color.rgb == (0, 0, 0) { "currentColor".to_owned() } else { format!("#{r:02x}{g:02x}{b:02x}") };
    match color.alpha {
        alpha if alpha >= 1.0 => format!("{what}=\"{name}\""),
        alpha => format!("{what}=\"{name}\" {what}-opacity=\"{alpha:.2}\""),
    }
}

fn stroke(style: &impl BackendStyle) -> String {
    let width = style.stroke_width();
    let width = if width == 1 { String::new() } else { format!(" stroke-width=\"{width}\"") };
    format!("{}{width}", paint("stroke", style.color()))
}

impl DrawingBackend for Canvas {
    type ErrorType = fmt::Error;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.put(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"1\" height=\"1\" {}/>", paint("fill", color)));
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        if style.color().alpha > 0.0 {
            let ((x1, y1), (x2, y2)) = (from, to);
            self.put(format_args!("<path d=\"M{x1} {y1}L{x2} {y2}\" {}/>", stroke(style)));
        }
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        if style.color().alpha > 0.0 {
            let ((x, y), (right, bottom)) = (upper_left, bottom_right);
            let (width, height) = ((right - x).max(0), (bottom - y).max(0));
            let paint = if fill { paint("fill", style.color()) } else { format!("fill=\"none\" {}", stroke(style)) };
            self.put(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" {paint}/>"));
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        if style.color().alpha > 0.0 {
            let points: Vec<String> = path.into_iter().map(|(x, y)| format!("{x} {y}")).collect();
            self.put(format_args!("<path fill=\"none\" d=\"M{}\" {}/>", points.join("L"), stroke(style)));
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, (x, y): BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let paint = if fill { paint("fill", style.color()) } else { format!("fill=\"none\" {}", stroke(style)) };
        self.put(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" {paint}/>"));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let dy = match style.anchor().v_pos {
            VPos::Top => " dy=\".8em\"",
            VPos::Center => " dy=\".35em\"",
            VPos::Bottom => "",
        };
        let turned = match style.transform() {
            FontTransform::None => String::new(),
            FontTransform::Rotate90 => format!(" transform=\"rotate(90 {x} {y})\""),
            FontTransform::Rotate180 => format!(" transform=\"rotate(180 {x} {y})\""),
            FontTransform::Rotate270 => format!(" transform=\"rotate(270 {x} {y})\""),
        };
        let size =
            if (style.size() - 12.0).abs() < 0.1 { String::new() } else { format!(" font-size=\"{}\"", style.size()) };
        let weight = if matches!(style.style(), FontStyle::Bold) { " font-weight=\"600\"" } else { "" };
        let paint = paint("fill", style.color());
        self.put(format_args!(
            "<text x=\"{x}\" y=\"{y}\"{anchor}{dy}{size}{weight}{turned} {paint}>{}</text>",
            escaped(text)
        ));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use plotters::prelude::*;

    use super::*;

    #[test]
    fn whatever_is_written_stays_text() {
        let canvas = Canvas::new(10, 10);
        canvas.open("row", Some("\"><script>"), "a & b\u{1}");
        let root = canvas.clone().into_drawing_area();
        root.draw(&Text::new("<b>", (1, 2), ("sans-serif", 12))).unwrap();
        canvas.close();
        let svg = canvas.finish("c", "<i>", "");
        for bad in ["<script>", "<b>", "<i>", "\u{1}"] {
            assert!(!svg.contains(bad), "{bad} in {svg}");
        }
        assert!(svg.contains("data-cell=\"&quot;&gt;&lt;script&gt;\"") && svg.contains("a &amp; b"));
    }

    #[test]
    fn black_is_the_pages_ink() {
        let canvas = Canvas::new(10, 10);
        let root = canvas.clone().into_drawing_area();
        root.draw(&Rectangle::new([(0, 0), (4, 5)], BLACK.mix(0.5).filled())).unwrap();
        assert!(canvas.finish("c", "", "").contains("fill=\"currentColor\" fill-opacity=\"0.50\""));
    }
}
