/// xorshift64*: the same numbers in every run, so that a failure comes back.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    pub fn seeded(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % most
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    pub fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most)).map(|_| self.next().to_be_bytes()[0]).collect()
    }

    /// Fewer pieces than that, put together as they come.
    pub fn joined(&mut self, pieces: &[&str], most: usize) -> Vec<u8> {
        (0..self.below(most)).map(|_| *self.pick(pieces)).collect::<String>().into_bytes()
    }

    /// The same with up to three bytes changed, put in, or all from there on cut off.
    pub fn changed(&mut self, mut body: Vec<u8>) -> Vec<u8> {
        for _ in 0..self.below(4) {
            let at = self.below(body.len());
            match self.below(3) {
                0 => body[at] = self.next().to_be_bytes()[0],
                1 => body.truncate(at.max(1)),
                _ => body.insert(at, self.next().to_be_bytes()[0]),
            }
        }
        body
    }
}
