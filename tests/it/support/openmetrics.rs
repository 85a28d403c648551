use std::collections::{BTreeMap, BTreeSet};

use super::text_format::{Family, Sample, quoted, series};

/// An exposition as `OpenMetrics` 1.0 describes it: families by their names there, and the exemplars.
#[derive(Debug, Default)]
pub struct Exposition {
    pub families: BTreeMap<String, Family>,
    pub exemplars: Vec<Exemplar>,
}

#[derive(Debug, PartialEq)]
pub struct Exemplar {
    /// Of the sample that it stands behind.
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

/// Reads it by the letter: type, unit and help in this order, each once; a sample under its own family and with its suffix; `# EOF` at the end.
pub fn parse(text: &str) -> Exposition {
    let text = text.strip_suffix("# EOF\n").expect("an end");
    assert!(text.is_empty() || text.ends_with('\n'), "the last line is not ended");
    let mut read = Exposition::default();
    let (mut current, mut said, mut seen) = (String::new(), 0, BTreeSet::new());
    for line in text.split_terminator('\n') {
        let Some(about) = line.strip_prefix("# ") else {
            let family = read.families.get_mut(&current).expect(line);
            let (sample, exemplar) = sample(line);
            let suffix = sample.name.strip_prefix(&current).expect(line);
            assert!(suffixes(&family.kind).contains(&suffix), "{line}");
            assert!(seen.insert((sample.name.clone(), sample.labels.clone())), "a series twice: {line}");
            assert!(exemplar.is_none() || ["_bucket", "_total"].contains(&suffix), "{line}");
            family.samples.push(sample);
            read.exemplars.extend(exemplar);
            continue;
        };
        let mut words = about.splitn(3, ' ');
        let (what, name, rest) = (words.next().unwrap(), words.next().expect(line), words.next().expect(line));
        let place = ["TYPE", "UNIT", "HELP"].iter().position(|known| *known == what).expect(line);
        if place == 0 {
            let family = Family { kind: rest.to_owned(), ..Family::default() };
            assert!(read.families.insert(name.to_owned(), family).is_none(), "a family twice: {line}");
            (current, said) = (name.to_owned(), 0);
            continue;
        }
        let family = read.families.get_mut(name).expect(line);
        assert!(name == current && place > said && family.samples.is_empty(), "{line}");
        said = place;
        if what == "UNIT" {
            assert!(name.ends_with(&format!("_{rest}")), "{line}");
            continue;
        }
        let ended = format!("{rest}\"");
        let (help, rest) = quoted(&ended, line);
        assert!(rest.is_empty(), "a quote that is not escaped: {line}");
        family.help = help;
    }
    read
}

fn suffixes(kind: &str) -> &'static [&'static str] {
    match kind {
        "counter" => &["_total", "_created"],
        "gauge" | "unknown" => &[""],
        "histogram" => &["_bucket", "_sum", "_count", "_created"],
        "summary" => &["", "_sum", "_count", "_created"],
        unheard => panic!("a type {unheard}"),
    }
}

fn sample(line: &str) -> (Sample, Option<Exemplar>) {
    let (name, labels, rest) = series(line);
    let (number, exemplar) = rest.split_once(" # ").map_or((rest, None), |(number, exemplar)| (number, Some(exemplar)));
    let exemplar = exemplar.map(|exemplar| {
        // Labels as those of a series without a name; the reader wants one.
        let exemplar = format!("_{exemplar}");
        let (_, labels, rest) = series(&exemplar);
        let (value, timestamp) = rest.split_once(' ').expect(line);
        assert!(timestamp.parse::<f64>().expect(line) > 0.0, "{line}");
        Exemplar { name: name.clone(), labels, value: value.parse().expect(line) }
    });
    // A timestamp may stand behind the number.
    let value = number.split(' ').next().unwrap().parse().expect(line);
    (Sample { name, labels, value }, exemplar)
}
