//! The words of choices, for whoever has them from elsewhere than the command line.

use clap::ValueEnum;

/// The word of a choice.
pub fn word(choice: &impl ValueEnum) -> String {
    choice.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

/// The choice that a word stands for.
pub fn choice<T: ValueEnum>(word: &str) -> Option<T> {
    T::from_str(word, false).ok()
}
