"""Sources: where Hydra finds the files of groups, and the one door through which it reads them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from hydra.core.object_type import ObjectType
from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource
from omegaconf import OmegaConf

from experiments.command.files import GROUPS, find, names_in
from experiments.command.trusted import trusted

if TYPE_CHECKING:
    from hydra._internal.hydra import Hydra


class GroupFiles(ConfigSource):
    """A folder of group/name.yaml: nothing else of it is seen, and no file sets more than it may."""

    @staticmethod
    def scheme() -> str:
        """How such folders are named."""
        return "groups"

    @property
    def folder(self) -> Path:
        """The folder, whose name Hydra has encoded: it would take ${x} in it for another setting."""
        return Path(unquote(self.path))

    def load_config(self, config_path: str) -> ConfigResult:
        """What a file sets; an experiment at the top, others within their group."""
        group, _, name = config_path.partition("/")
        if (file := find(self.folder, group, name)) is None:
            raise ConfigLoadError(f"There is no {config_path} in {self.folder}.")
        return ConfigResult(
            config=OmegaConf.create(trusted(group, file)),
            path=self.full_path(),
            provider=self.provider,
            header={"package": "_global_" if group == "experiment" else None},
        )

    def is_config(self, config_path: str) -> bool:
        """Whether there is such a file."""
        group, _, name = config_path.partition("/")
        return find(self.folder, group, name) is not None

    def is_group(self, config_path: str) -> bool:
        """Whether there are such files."""
        return config_path in GROUPS and (self.folder / config_path).is_dir()

    def available(self) -> bool:
        """Whether there is the folder."""
        return self.folder.is_dir()

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        """Names of a group's files."""
        if results_filter == ObjectType.GROUP:
            return []
        return names_in(config_path, [self.folder])


def look_in(hydra: "Hydra", folders: Sequence[Path]) -> None:
    """Have Hydra take the files of groups from these folders; of several of one name, that of the first."""
    from hydra._internal.config_repository import ConfigRepository
    from hydra.core.plugins import Plugins

    Plugins.instance().register(GroupFiles)
    path = hydra.config_loader.get_search_path()
    for folder in reversed(folders):
        path.prepend(provider="groups", path=f"{GroupFiles.scheme()}://{quote(str(folder.absolute()))}")
    hydra.config_loader.repository = ConfigRepository(path)  # type: ignore[attr-defined]
