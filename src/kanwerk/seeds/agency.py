"""Studio Nordlicht, the agency of the demo."""

from kanwerk.seeds.clients_data import CLIENTS
from kanwerk.seeds.invoicing_abroad import ABROAD
from kanwerk.seeds.invoicing_data import AT_HOME
from kanwerk.seeds.people_data import PEOPLE
from kanwerk.seeds.projects_data import PROJECTS
from kanwerk.seeds.shapes import DemoAgency, DemoBusinessField, DemoSpace, DemoSpaceInvoicing

_INVOICING = AT_HOME | ABROAD

AGENCY = DemoAgency(
    space=DemoSpace(
        name="Studio Nordlicht",
        slug="nordlicht",
        timezone="Europe/Berlin",
        locale="en-GB",
        currency="EUR",
        country="DE",
        invoicing=DemoSpaceInvoicing(
            legal_name="Studio Nordlicht Gestaltung & Technik GmbH",
            address_line_1="Polarsternstraße 17",
            address_line_2="Hinterhof, 2. Etage",
            postcode="10999",
            city="Berlin",
            country="DE",
            vat_id="DE314829075",
            tax_number="37/512/90814",
            # No German bank has a code that starts with 9, and a 0 here in the BIC marks it as a test.
            iban="DE41900100200047112308",
            bic="NOLIDEB0XXX",
            invoice_number_pattern="RE-{year}-{number:04}",
            default_vat_rate="19.00",
            payment_term_days=14,
        ),
    ),
    people=PEOPLE,
    business_fields=(
        DemoBusinessField("brand", "Brand design"),
        DemoBusinessField("web", "Web development"),
        DemoBusinessField("consulting", "Consulting"),
        DemoBusinessField("print", "Print"),
        DemoBusinessField("packaging", "Packaging"),
        DemoBusinessField("campaigns", "Campaigns"),
        DemoBusinessField("content", "Content and copy"),
        DemoBusinessField("photo", "Photo and film"),
        DemoBusinessField("service", "Hosting and support"),
    ),
    clients=tuple(client._replace(invoicing=_INVOICING.get(client.key)) for client in CLIENTS),
    projects=PROJECTS,
)
