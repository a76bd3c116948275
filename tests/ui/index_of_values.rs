//! An index holds handles of objects.

fn main() {
    let ages: db0::Index<u32, u32> = db0::Index::new();
    ages.add(1, &5);
    let _ = ages.first();
}
