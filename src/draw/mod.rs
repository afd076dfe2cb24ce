//! Pictures: SVG to PNG, with bundled fonts, so that they look the same on every machine.
//!
//! The fonts are subsets of DejaVu Sans (Latin, Greek, Cyrillic, a few signs); `fonts/LICENSE`
//! says who made them.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

/// Constant: the fonts, loaded once.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(include_bytes!("fonts/DejaVuSans.ttf").to_vec());
    fonts.load_font_data(include_bytes!("fonts/DejaVuSans-Bold.ttf").to_vec());
    Arc::new(fonts)
});

/// The maximum length of a side in pixels, so that a message can carry the picture.
const LONGEST: f32 = 8_000.0;

/// Renders an SVG as PNG.
///
/// # Errors
/// Fails if the SVG is not valid or too large: the message says why.
pub fn png(svg: &str) -> Result<Vec<u8>, String> {
    let options = Options { fontdb: FONTS.clone(), font_family: "DejaVu Sans".to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| format!("the picture cannot be read: {error}"))?;
    let size = tree.size();
    if size.width() > LONGEST || size.height() > LONGEST {
        return Err(format!("the picture would be {} by {}", size.width(), size.height()));
    }
    let (width, height) = (size.to_int_size().width(), size.to_int_size().height());
    let mut pixels = Pixmap::new(width, height).ok_or("the picture would be empty")?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| format!("the picture cannot be encoded: {error}"))
}

/// The same on a blocking thread, so that other tasks continue: a large picture takes a good part of a second.
///
/// # Errors
/// Fails as [`png`] does.
pub async fn png_apart(svg: String) -> Result<Vec<u8>, String> {
    let drawn = tokio::task::spawn_blocking(move || png(&svg)).await;
    drawn.map_err(|error| format!("drawing the picture failed: {error}"))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_for_a_picture_lets_others_work() {
        // The only blocking thread is busy: the picture has to wait for it, but this thread does not.
        let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
        runtime.block_on(async {
            let (free, wait) = std::sync::mpsc::channel::<()>();
            let taken = tokio::task::spawn_blocking(move || wait.recv());
            let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\"/>";
            let mut drawing = std::pin::pin!(png_apart(svg.to_owned()));
            assert!(futures_util::poll!(drawing.as_mut()).is_pending());
            free.send(()).unwrap();
            assert!(drawing.await.is_ok());
            taken.await.unwrap().unwrap();
        });
    }

    #[test]
    fn letters_leave_ink() {
        let draw = |text: &str| {
            let svg = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"80\" height=\"30\">\
                 <text y=\"20\" font-family=\"DejaVu Sans\">{text}</text></svg>"
            );
            let pixels = Pixmap::decode_png(&png(&svg).unwrap()).unwrap();
            pixels.pixels().iter().filter(|pixel| pixel.alpha() > 0).count()
        };
        assert!(draw("ж✗Ü") > draw("Ü") && draw("Ü") > 0);
        assert_eq!(draw(""), 0);
    }

    #[test]
    fn what_is_no_picture_is_said() {
        assert!(png("no").unwrap_err().starts_with("the picture cannot be read"));
    }
}
