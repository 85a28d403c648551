//! Small line charts as SVG, both axes logarithmic: a straight line of slope one is linear growth, a level one is none.

use std::fmt::Write;

pub struct Chart {
    pub title: &'static str,
    pub x: &'static str,
    pub y: &'static str,
    pub points: Vec<(f64, f64)>,
}

/// The charts, three in a row.
pub fn svg(charts: &[Chart]) -> String {
    let rows = charts.len().div_ceil(COLUMNS) as f64;
    let (width, height) = (COLUMNS as f64 * WIDTH, rows * HEIGHT);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n"
    );
    for (number, chart) in charts.iter().enumerate() {
        let (left, top) = ((number % COLUMNS) as f64 * WIDTH, (number / COLUMNS) as f64 * HEIGHT);
        let _ = writeln!(out, "<g transform=\"translate({left} {top})\">");
        draw(&mut out, chart);
        out.push_str("</g>\n");
    }
    out + "</svg>\n"
}

fn draw(out: &mut String, chart: &Chart) {
    let (xs, ys) = (Axis::of(chart.points.iter().map(|point| point.0)), Axis::of(chart.points.iter().map(|point| point.1)));
    let x = |value| LEFT + xs.share(value) * (WIDTH - LEFT - RIGHT);
    let y = |value| HEIGHT - BOTTOM - ys.share(value) * (HEIGHT - BOTTOM - TOP);
    let _ = writeln!(out, "<text x=\"{LEFT}\" y=\"18\" font-size=\"13\" font-weight=\"bold\">{}</text>", chart.title);
    let _ = writeln!(out, "<text x=\"{LEFT}\" y=\"33\" fill=\"#555\">{} by {}</text>", chart.y, chart.x);
    for tick in xs.ticks() {
        let (x, bottom) = (x(tick), HEIGHT - BOTTOM);
        let _ = writeln!(out, "<path d=\"M{x:.1} {TOP}V{bottom}\" stroke=\"#ddd\"/>");
        let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>", bottom + 15.0, short(tick));
    }
    for tick in ys.ticks() {
        let y = y(tick);
        let _ = writeln!(out, "<path d=\"M{LEFT} {y:.1}H{}\" stroke=\"#ddd\"/>", WIDTH - RIGHT);
        let _ = writeln!(out, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", LEFT - 5.0, y + 4.0, short(tick));
    }
    let line: Vec<String> = chart.points.iter().map(|&(a, b)| format!("{:.1},{:.1}", x(a), y(b))).collect();
    let _ = writeln!(out, "<polyline points=\"{}\" fill=\"none\" stroke=\"#1f6feb\" stroke-width=\"2\"/>", line.join(" "));
    for &(a, b) in &chart.points {
        let _ = writeln!(out, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"#1f6feb\"/>", x(a), y(b));
    }
}

/// Whole decades around some values.
struct Axis {
    first: f64,
    last: f64,
}

impl Axis {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let (least, most) =
            values.fold((f64::MAX, f64::MIN_POSITIVE), |(least, most), value| (least.min(value), most.max(value)));
        let first = least.max(f64::MIN_POSITIVE).log10().floor();
        Self { first, last: most.log10().ceil().max(first + 1.0) }
    }

    fn share(&self, value: f64) -> f64 {
        (value.log10() - self.first) / (self.last - self.first)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        (self.first as i32..=self.last as i32).map(|power| 10_f64.powi(power))
    }
}

fn short(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{} M", value / 1e6),
        value if value >= 1e3 => format!("{} k", value / 1e3),
        value => format!("{value}"),
    }
}

const COLUMNS: usize = 3;
const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 230.0;
const LEFT: f64 = 50.0;
const RIGHT: f64 = 15.0;
const TOP: f64 = 45.0;
const BOTTOM: f64 = 30.0;
