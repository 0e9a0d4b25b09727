"""What is kept of people and for them: their account, what they saved, what is needed of their pictures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from tasks.doors.door import Door
from tasks.jobs import wishes
from tasks.keepsakes import drafts, photos, wardrobe
from tasks.keepsakes.needed import needed_keys
from tasks.people.enrol import enrol_account, find_account, known_account
from tasks.privacy import export, forget
from tasks.records import Asker, Draft, Forgotten, Garment, GarmentType, Person, SavedPhoto


class KeepersDoor(Door):
    """Pictures go through the store first (`tasks.store`), and only their keys through here."""

    def account(self, person: Person) -> int:
        """The account that a person's pictures are put under; somebody who was never seen is entered."""
        with self._reading() as connection:
            if (account_id := find_account(connection, person)) is not None:
                return account_id
        with self._writing() as connection:
            return enrol_account(connection, person, self._settings, self._clock())

    def known_account(self, person: Person) -> int:
        """The same of somebody who was seen before. Raises `UnknownPerson`."""
        with self._reading() as connection:
            return known_account(connection, person)

    def save_photo(self, person: Person, name: str, key: str) -> SavedPhoto:
        """Keep a photo of the person under a name, until they remove it. It was put into the store just now.

        Raises `OptionInvalid` for a name of other than 1 to 60 characters, `NameTaken`, `TooManySaved`,
        `NotOwner`, `UnknownPerson`.
        """
        with self._writing() as connection:
            return photos.save_photo(connection, person, name, key, self._settings, self._clock())

    def replace_photo(self, person: Person, name: str, key: str) -> tuple[SavedPhoto, str | None]:
        """The same, in place of what the person had saved under this name, whose key comes second."""
        with self._writing() as connection:
            return photos.replace_photo(connection, person, name, key, self._settings, self._clock())

    def saved_photos(self, person: Person) -> Sequence[SavedPhoto]:
        """A person's photos by name."""
        with self._reading() as connection:
            return photos.saved_photos_of(connection, person)

    def rename_photo(self, person: Person, photo_id: int, name: str) -> SavedPhoto:
        """Raises `OptionInvalid`, `NameTaken`, and `UnknownItem` for what is not the person's."""
        with self._writing() as connection:
            return photos.rename_photo(connection, person, photo_id, name)

    def remove_photo(self, person: Person, photo_id: int) -> SavedPhoto:
        """No longer saved; the store's sweeper deletes the picture. Raises `UnknownItem`."""
        with self._writing() as connection:
            return photos.remove_photo(connection, person, photo_id)

    def save_garment(self, person: Person, name: str, garment_type: GarmentType, key: str) -> Garment:
        """Hang a garment into the person's wardrobe. It was put into the store just now.

        Raises what `save_photo` does, and `OptionInvalid` for the garment type.
        """
        with self._writing() as connection:
            return wardrobe.save_garment(
                connection, person, name, garment_type, key, self._settings, self._clock()
            )

    def wardrobe(self, person: Person) -> Sequence[Garment]:
        """A person's garments by name."""
        with self._reading() as connection:
            return wardrobe.wardrobe_of(connection, person)

    def rename_garment(self, person: Person, garment_id: int, name: str) -> Garment:
        """Raises `OptionInvalid`, `NameTaken`, and `UnknownItem` for what is not the person's."""
        with self._writing() as connection:
            return wardrobe.rename_garment(connection, person, garment_id, name)

    def remove_garment(self, person: Person, garment_id: int) -> Garment:
        """Out of the wardrobe; the store's sweeper deletes the picture. Raises `UnknownItem`."""
        with self._writing() as connection:
            return wardrobe.remove_garment(connection, person, garment_id)

    def add_draft(self, asker: Asker, draft: Draft) -> Draft:
        """A photo waits for its other half, for a quarter of an hour. It was put into the store just now.

        The same message again is the same draft, which may have been `taken` meanwhile. Raises `NotOwner`.
        """
        with self._writing() as connection:
            return drafts.add_draft(connection, asker, draft, self._settings, self._clock())

    def drafts(self, asker: Asker, since: datetime) -> Sequence[Draft]:
        """What waits of this member's here, oldest first, added at `since` or later."""
        with self._reading() as connection:
            return drafts.drafts_of(connection, asker, since, self._clock())

    def take_drafts(self, asker: Asker, ids: Collection[int]) -> Sequence[Draft]:
        """Take them, so that nobody else does: all, oldest first, or none if one does not wait any more."""
        with self._writing() as connection:
            return drafts.take_drafts(connection, asker, ids, self._clock())

    def drop_drafts(self) -> int:
        """Delete drafts that are too old; their pictures are the store's sweeper's. Returns how many."""
        with self._writing() as connection:
            return drafts.drop_drafts(connection, self._clock())

    def keep_wish(self, person: Person, name: str, words: str) -> None:
        """What somebody asked for, and cannot have yet, waits for a quarter of an hour, in place of what
        waited under this name. Nothing else is entered about them.

        Raises `OptionInvalid` for more than 200,000 characters, `SettingMissing` without a secret key.
        """
        with self._writing() as connection:
            wishes.keep_wish(connection, person, name, words, self._settings, self._clock())

    def wish(self, person: Person, name: str) -> str | None:
        """What waits of theirs under this name."""
        with self._reading() as connection:
            return wishes.wish_of(connection, person, name, self._settings, self._clock())

    def take_wish(self, person: Person, name: str) -> str | None:
        """The same, so that nobody else takes it."""
        with self._writing() as connection:
            return wishes.take_wish(connection, person, name, self._settings, self._clock())

    def drop_wishes(self) -> int:
        """Delete those that are too old. Returns how many there were."""
        with self._writing() as connection:
            return wishes.drop_wishes(connection, self._clock())

    def needed_keys(self, keys: Iterable[str]) -> set[str]:
        """Which of some hundreds of pictures something needs: a job that goes on, a result that is not too
        old, what somebody saved. Every other may be deleted, once there was time to ask for a job with it."""
        with self._reading() as connection:
            return needed_keys(connection, keys, self._settings, self._clock())

    def export(self, person: Person) -> dict[str, Any]:
        """Everything the database keeps about a person, as JSON has it. Raises `UnknownPerson`.

        `tasks.keeping.export` adds the pictures.
        """
        with self._reading() as connection:
            return export.export(connection, person, self._clock())

    def forget(self, person: Person) -> Forgotten:
        """Forget a person everywhere. `tasks.keeping.forget` deletes their pictures, too.

        Raises `UnknownPerson`, `SettingMissing`.
        """
        with self._writing() as connection:
            return forget.forget(connection, person, self._settings, self._clock())
