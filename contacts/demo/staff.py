"""The demo company's own people and their teams: two regions, each with two teams."""

from django.contrib.auth.hashers import make_password

from config.common.demo import DOMAIN, PASSWORD, Diary, read_table
from contacts.staff.models import Role, Team, User

# team | part of | manager
TEAMS = """
Indonesia       |           | manager
Java            | Indonesia |
Bali and Sumatra| Indonesia |
Viet Nam        |           | bao
South Viet Nam  | Viet Nam  |
North Viet Nam  | Viet Nam  |
"""

# address | name | role | team | time zone
STAFF = """
admin    | Hartini              | administrator |                  | Asia/Jakarta
marketer | Lê Thị Mai Anh       | marketer      |                  | Asia/Ho_Chi_Minh
manager  | Bambang Prasetyo     | sales-manager | Indonesia        | Asia/Jakarta
rep      | Putri Handayani      | sales-rep     | Java             | Asia/Jakarta
made     | Made Suardana        | sales-rep     | Bali and Sumatra | Asia/Makassar
bao      | Trần Quốc Bảo        | sales-manager | Viet Nam         | Asia/Ho_Chi_Minh
hau      | Nguyễn Văn Hậu       | sales-rep     | South Viet Nam   | Asia/Ho_Chi_Minh
quynh    | Phạm Thị Quỳnh       | sales-rep     | North Viet Nam   | Asia/Ho_Chi_Minh
finance  | Siti Rahmawati       | finance       |                  | Asia/Jakarta
"""


def write_staff(diary: Diary) -> None:
    """Make teams and users; the diary knows each user by the first part of their address."""
    teams: dict[str, Team] = {}
    for name, parent, _manager in read_table(TEAMS):
        teams[name] = Team.objects.create(name=name, parent=teams.get(parent))
    roles = {role.code: role for role in Role.objects.all()}
    # The same hash for all: it takes long to make, and the password is no secret.
    password = make_password(PASSWORD)
    for address, name, role, team, zone in read_table(STAFF):
        user = User(
            email=f"{address}{DOMAIN}",
            name=name,
            role=roles[role],
            team=teams.get(team),
            time_zone=zone,
            password=password,
        )
        user.save()
        diary.rows[address] = user
    for name, _parent, manager in read_table(TEAMS):
        if manager:
            teams[name].manager = diary.rows[manager]
            teams[name].save(update_fields=["manager", "updated_at"])
