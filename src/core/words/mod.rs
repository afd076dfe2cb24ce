//! The vocabulary: verdicts and readings, questions and answers, check-ins, texts.

pub mod answer;
pub mod check_in;
pub mod lookup;
pub mod question;
pub mod text;
pub mod verdict;
