/// Crawlers say what they are, in these words. Cubot is a brand of phones, looked for only where one of the words is found.
pub(crate) fn is_robot(agent: &str) -> bool {
    has_a_robots_word(agent) && has_a_robots_word(&agent.to_ascii_lowercase().replace("cubot", ""))
}

fn has_a_robots_word(agent: &str) -> bool {
    let agent = agent.as_bytes();
    let starts =
        |at: usize, word: &&str| agent[at..].get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()));
    // Most letters start no word: they are passed over at once.
    let mut first_letters = (0..agent.len()).filter(|&at| matches!(agent[at] | 0x20, b'b' | b'c' | b'h' | b'l' | b's'));
    first_letters.any(|at| ROBOTS.iter().any(|word| starts(at, word)))
}

const ROBOTS: [&str; 5] = ["bot", "crawl", "spider", "headless", "lighthouse"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn robots_are_told_by_their_words_and_phones_are_none() {
        let robots = [
            "Googlebot/2.1",
            "BOT",
            "x bot",
            "a Crawler",
            "SPIDER",
            "HeadlessChrome/120",
            "Chrome-Lighthouse",
            "CUBOT bot",
            "bcubotot",
        ];
        for agent in robots {
            assert!(is_robot(agent), "{agent}");
        }
        let people =
            ["", "b", "Mozilla/5.0 (Linux; Android 10; CUBOT X30) Safari", "craw l", "b\u{f6}t", "bo", "lighthous", "cubotcubot"];
        for agent in people {
            assert!(!is_robot(agent), "{agent}");
        }
    }
}
