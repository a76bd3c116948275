//! Random taggings and criteria against a plain scan.
