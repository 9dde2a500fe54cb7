//! The axes as flags: every chosen cell over TLS takes every place that they name.

use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};
use workload::{Axes, Axis, Cell, Variable};

/// The axes that were named, in the order in which they are declared: each with a place for every value of its flag.
#[derive(Default)]
pub(crate) struct AxisArgs(Vec<(&'static Axis, Vec<Axes>)>);

impl clap::Args for AxisArgs {
    fn augment_args(command: Command) -> Command {
        command.args(Axes::ALL.iter().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        AxisArgs::augment_args(command)
    }
}

impl FromArgMatches for AxisArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<AxisArgs, clap::Error> {
        let places = |axis: &Axis| matches.get_many::<Axes>(axis.name).map(|places| places.copied().collect());
        Ok(AxisArgs(Axes::ALL.iter().filter_map(|axis| Some((axis, places(axis)?))).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = AxisArgs::from_arg_matches(matches)?;
        Ok(())
    }
}

fn flag(axis: &'static Axis) -> Arg {
    Arg::new(axis.name)
        .long(axis.name)
        .value_name(axis.placeholders)
        .value_delimiter(',')
        .action(ArgAction::Append)
        .value_parser(|value: &str| axis.at(value))
        .help(axis.help())
        .help_heading("TLS")
}

impl AxisArgs {
    /// Whether none was named.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same with these values of axes.
    pub(crate) fn with(&self, places: &[(&'static Axis, Axes)]) -> AxisArgs {
        let mut axes = self.0.clone();
        for (axis, place) in places {
            match axes.iter_mut().find(|(named, _)| named == axis) {
                Some((_, values)) => values.push(*place),
                None => axes.push((axis, vec![*place])),
            }
        }
        axes.sort_by_key(|(axis, _)| Axes::ALL.iter().position(|declared| declared == *axis));
        AxisArgs(axes)
    }

    /// Every cell at every place, each once. What no flag names stays as the cell has it.
    pub(crate) fn of(&self, cells: &[Cell]) -> Vec<Cell> {
        let mut placed: Vec<Cell> = Vec::new();
        for cell in cells {
            for axes in self.axes(cell.axes) {
                let cell = cell.at(axes);
                if !placed.contains(&cell) {
                    placed.push(cell);
                }
            }
        }
        placed
    }

    fn axes(&self, from: Axes) -> Vec<Axes> {
        self.0.iter().fold(vec![from], |places, (axis, values)| {
            let each = |place: &Axes| values.iter().map(|value| place.with(axis, value)).collect::<Vec<_>>();
            places.iter().flat_map(each).collect()
        })
    }

    /// The axes that were given more than one value: cells that differ there are compared with one another.
    pub(crate) fn varied(&self) -> Vec<Variable> {
        self.0.iter().filter(|(_, values)| values.len() > 1).map(|(axis, _)| Variable::Axis(axis)).collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::Args;
    use params::Values;

    use super::*;

    fn given(arguments: &[&str]) -> Result<AxisArgs, clap::Error> {
        let command = AxisArgs::augment_args(Command::new("x"));
        AxisArgs::from_arg_matches(&command.try_get_matches_from([&["x"], arguments].concat())?)
    }

    #[test]
    fn cells_take_every_place_and_plain_ones_only_the_distances() {
        let axes = given(&["--rtt", "0,10", "--group", "x25519", "--group=p256"]).unwrap();
        let cells: Vec<Cell> = ["m/c/plain/new-conn", "m/c/rustls/new-conn"].map(|name| name.parse().unwrap()).to_vec();
        let names: Vec<String> = axes.of(&cells).iter().map(Cell::to_string).collect();
        assert_eq!(
            names,
            [
                "m/c/plain/new-conn",
                "m/c/plain/new-conn@rtt=10",
                "m/c/rustls/new-conn",
                "m/c/rustls/new-conn@rtt=10",
                "m/c/rustls/new-conn@group=p256",
                "m/c/rustls/new-conn@group=p256,rtt=10"
            ]
        );
        assert_eq!(axes.varied(), ["group", "rtt"].map(|name| name.parse().unwrap()));
        assert!(!axes.is_empty() && given(&[]).unwrap().is_empty());
    }

    #[test]
    fn every_value_of_every_axis_is_a_cell_by_its_flag() {
        let cell: Cell = "m/c/rustls/new-conn".parse().unwrap();
        for axis in Axes::ALL {
            let values: Vec<String> = match axis.values {
                Values::Named(names) => names.iter().map(|name| (*name).to_owned()).collect(),
                Values::UpTo(most) => [0, most].map(|number| number.to_string()).to_vec(),
            };
            let args = given(&[&format!("--{}", axis.name), &values.join(",")]).unwrap();
            let written: Vec<Cell> =
                values.iter().map(|value| format!("{cell}@{}={value}", axis.name).parse().unwrap()).collect();
            assert_eq!(args.of(std::slice::from_ref(&cell)), written);
            assert_eq!(args.varied(), [Variable::Axis(axis)]);
            let Err(error) = given(&[&format!("--{}=nonsense", axis.name)]) else { panic!("{axis:?}") };
            let told = error.to_string();
            assert!(told.contains(&format!("\"nonsense\" is no value of {}", axis.name)), "{told}");
        }
    }
}
