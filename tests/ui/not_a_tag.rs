//! Only what can be a tag can be declared one.

#[db0::memo]
struct Photo {
    #[db0(tag)]
    width: u32,
    #[db0(tag)]
    label: Option<Vec<f64>>,
}

fn main() {}
