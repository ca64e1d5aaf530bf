//! What the manual tells people to type is something the program understands.

use clap::error::ErrorKind;

use super::read;

/// The lines of the blocks of shell commands, continued ones put together.
fn commands(text: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = vec![String::new()];
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```sh";
        } else if inside {
            let last = found.last_mut().unwrap();
            match line.strip_suffix('\\') {
                Some(begun) => *last += begun,
                None => {
                    *last += line;
                    found.push(String::new());
                }
            }
        }
    }
    found
}

/// What is given to the program in this line: each call's arguments.
fn calls(line: &str) -> Vec<Vec<&str>> {
    let line = line.split(" #").next().unwrap_or_default();
    let parts = line.split(['|', ';', '&', '>', '<']);
    let call = |part| {
        let words: Vec<&str> =
            str::split_whitespace(part).map(|word| word.trim_matches(['\'', '"'])).collect();
        let at = words.iter().rposition(|word| *word == "solidarity" || word.ends_with("/solidarity"))?;
        // After -u, or without a command after it, it is an account, an image or a file of that name.
        let is_account = at > 0 && words[at - 1] == "-u";
        let command = words.get(at + 1)?.starts_with(|c: char| c.is_ascii_lowercase());
        (command && !is_account).then(|| words[at..].to_vec())
    };
    parts.filter_map(call).collect()
}

#[test]
fn every_command_that_the_manual_shows_is_one() {
    for file in ["docs/deploy.md", "README.md"] {
        let text = read(file);
        let lines = commands(&text);
        let calls: Vec<_> = lines.iter().flat_map(|line| calls(line)).collect();
        assert!(calls.len() > 2, "{file}: {calls:?}");
        for call in calls {
            let refused = api::command::cli().try_get_matches_from(&call).err();
            let refused = refused.filter(|error| error.kind() != ErrorKind::DisplayHelp);
            assert!(refused.is_none(), "{file}: {}: {}", call.join(" "), refused.unwrap());
        }
    }
}

#[test]
fn the_manual_serves_the_files_that_there_are() {
    let text = read("docs/deploy.md");
    for word in text.split(|c: char| c.is_whitespace() || "`()[],;".contains(c)) {
        let word = word.trim_end_matches(['.', ':']);
        if word.starts_with("deploy/") {
            assert!(super::path(word).exists(), "there is no {word}");
        }
    }
}
