//! Every command explains itself.

use crate::house::program;

/// Every command there is, as its words: `["config", "check"]`.
fn commands() -> Vec<Vec<String>> {
    fn below(command: &clap::Command, words: &[String], found: &mut Vec<Vec<String>>) {
        found.push(words.to_vec());
        for inner in command.get_subcommands() {
            below(inner, &[words, &[inner.get_name().to_owned()]].concat(), found);
        }
    }
    let mut found = Vec::new();
    below(&api::command::cli(), &[], &mut found);
    found
}

#[tokio::test]
async fn every_command_has_a_help_with_an_example() {
    let commands = commands();
    assert!(commands.contains(&vec!["migrate".to_owned(), "status".to_owned()]));
    for words in commands {
        let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = program::run(&Default::default(), &arguments).await.done();
        let name = words.join(" ");
        assert!(help.contains(&format!("Usage: solidarity {name}").trim_end().to_owned()), "{name}: {help}");
        assert!(help.contains("Example"), "{name} shows no example");
        assert!(help.contains(&format!("solidarity {}", words.first().map_or("", |word| word))), "{name}");
    }
}

#[tokio::test]
async fn the_settings_are_explained_with_variable_and_default() {
    let help = program::run(&Default::default(), &["serve", "--help"]).await.done();
    for text in ["--data-dir <DIR>", "[env: SOLIDARITY_DATA_DIR]", "[default: 127.0.0.1:8080]", "--no-worker"]
    {
        assert!(help.contains(text), "{text}");
    }
    let help = program::run(&Default::default(), &["--help"]).await.done();
    assert!(help.contains("SOLIDARITY_MASTER_KEY") && help.contains("DATABASE_PUBLIC_URL"));
}

#[tokio::test]
async fn a_wrong_command_line_is_2_and_says_so_on_standard_error() {
    for arguments in [&["sing"][..], &["serve", "--sing"], &["migrate"], &[]] {
        let outcome = program::run(&Default::default(), arguments).await;
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stdout.is_empty() && outcome.stderr.contains("Usage"), "{outcome:?}");
    }
    let outcome = program::run(&Default::default(), &["migrate", "down", "--steps", "0"]).await;
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    let outcome = program::run(&Default::default(), &["serve", "--log-format", "xml"]).await;
    assert_eq!(outcome.code, Some(2));
    assert_eq!(outcome.stderr, "error: log_format (flag --log-format) must be text or json\n");
}
