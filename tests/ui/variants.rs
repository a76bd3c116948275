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

#[db0::memo]
enum Figure {
    Dot,
    #[db0(renamed_from = "Dot")]
    Point,
    #[db0(renamed_from = ["Ring", "Round"])]
    Circle,
    #[db0(renamed_from = "Ring")]
    Ball,
    #[serde(rename = "Old")]
    Plane,
    #[db0(renamed_from = "Plane")]
    Flat,
}

fn main() {}
