//! Variants and their fields take few options.

#[db0::memo]
enum Shape {
    #[db0(index, skip)]
    Circle {
        #[db0(index, default = 1.0)]
        radius: f64,
    },
    #[db0(default, no_const)]
    Square(#[db0(unique, no_const)] f64),
    #[db0(name = "None", renamed_from = "Nix")]
    Nothing,
}

fn main() {}
