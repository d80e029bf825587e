# -*- coding: utf-8 -*-
# snapshottest: v1 - https://goo.gl/zC4yUc
from __future__ import unicode_literals

from snapshottest import Snapshot


snapshots = Snapshot()

snapshots['test_findings[W9810/right-appsync.yaml] W9810/right-appsync.yaml'] = [
]

snapshots['test_findings[W9810/right-cdk.json] W9810/right-cdk.json'] = [
]

snapshots['test_findings[W9810/right-codepipeline.yaml] W9810/right-codepipeline.yaml'] = [
]

snapshots['test_findings[W9810/right-cognito.yaml] W9810/right-cognito.yaml'] = [
]

snapshots['test_findings[W9810/right-conditions.yaml] W9810/right-conditions.yaml'] = [
]

snapshots['test_findings[W9810/right-destinations.yaml] W9810/right-destinations.yaml'] = [
]

snapshots['test_findings[W9810/right-event-sources.yaml] W9810/right-event-sources.yaml'] = [
]

snapshots['test_findings[W9810/right-eventbridge.yaml] W9810/right-eventbridge.yaml'] = [
]

snapshots['test_findings[W9810/right-function-url.yaml] W9810/right-function-url.yaml'] = [
]

snapshots['test_findings[W9810/right-http-api.yaml] W9810/right-http-api.yaml'] = [
]

snapshots['test_findings[W9810/right-latest-alias.yaml] W9810/right-latest-alias.yaml'] = [
]

snapshots['test_findings[W9810/right-openapi.yaml] W9810/right-openapi.yaml'] = [
]

snapshots['test_findings[W9810/right-rest-api.yaml] W9810/right-rest-api.yaml'] = [
]

snapshots['test_findings[W9810/right-s3-cdk.json] W9810/right-s3-cdk.json'] = [
]

snapshots['test_findings[W9810/right-s3.yaml] W9810/right-s3.yaml'] = [
]

snapshots['test_findings[W9810/right-sam-api.yaml] W9810/right-sam-api.yaml'] = [
]

snapshots['test_findings[W9810/right-sam-state-machine.yaml] W9810/right-sam-state-machine.yaml'] = [
]

snapshots['test_findings[W9810/right-sam.yaml] W9810/right-sam.yaml'] = [
]

snapshots['test_findings[W9810/right-serverless-framework.json] W9810/right-serverless-framework.json'] = [
]

snapshots['test_findings[W9810/right-state-machine-string.yaml] W9810/right-state-machine-string.yaml'] = [
]

snapshots['test_findings[W9810/right-state-machine.yaml] W9810/right-state-machine.yaml'] = [
]

snapshots['test_findings[W9810/right-subscriptions.yaml] W9810/right-subscriptions.yaml'] = [
]

snapshots['test_findings[W9810/right-target-groups.yaml] W9810/right-target-groups.yaml'] = [
]

snapshots['test_findings[W9810/right.yaml] W9810/right.yaml'] = [
]

snapshots['test_findings[W9810/wrong-appsync.yaml] W9810/wrong-appsync.yaml'] = [
    {
        'message': 'Api (AWS::AppSync::GraphQLApi) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Api/Properties/LambdaAuthorizerConfig/AuthorizerUri',
        'position': '24:9',
        'rule': 'W9810'
    },
    {
        'message': 'Source (AWS::AppSync::DataSource) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/Source/Properties/LambdaConfig/LambdaFunctionArn',
        'position': '34:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-cdk.json] W9810/wrong-cdk.json'] = [
    {
        'message': 'Api/Default/ANY (ApiANY6E5B6E1D, AWS::ApiGateway::Method) invokes $LATEST of Orders (Orders78B91A02), which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/ApiANY6E5B6E1D/Properties/Integration/Uri',
        'position': '80:11',
        'rule': 'W9810'
    },
    {
        'message': 'Orders/SqsEventSource:ShopQueue (OrdersSqsEventSourceShopQueue6D4F2A10, AWS::Lambda::EventSourceMapping) invokes $LATEST of Orders (Orders78B91A02), which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/OrdersSqsEventSourceShopQueue6D4F2A10/Properties/FunctionName',
        'position': '175:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-codepipeline.yaml] W9810/wrong-codepipeline.yaml'] = [
    {
        'message': 'Pipeline (AWS::CodePipeline::Pipeline) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/Pipeline/Properties/Stages/1/Actions/0/Configuration/FunctionName',
        'position': '48:17',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-cognito.yaml] W9810/wrong-cognito.yaml'] = [
    {
        'message': 'Pool (AWS::Cognito::UserPool) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Pool/Properties/LambdaConfig/PreSignUp',
        'position': '23:9',
        'rule': 'W9810'
    },
    {
        'message': 'Pool (AWS::Cognito::UserPool) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Pool/Properties/LambdaConfig/PreTokenGenerationConfig/LambdaArn',
        'position': '25:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-conditions.yaml] W9810/wrong-conditions.yaml'] = [
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders when IsProd is false, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn/Fn::If/2',
        'position': '48:46',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-destinations.yaml] W9810/wrong-destinations.yaml'] = [
    {
        'message': 'The OnSuccess destination of CheckoutInvoked (AWS::Lambda::EventInvokeConfig) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/CheckoutInvoked/Properties/DestinationConfig/OnSuccess/Destination',
        'position': '36:11',
        'rule': 'W9810'
    },
    {
        'message': 'The OnFailure destination of CheckoutInvoked (AWS::Lambda::EventInvokeConfig) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/CheckoutInvoked/Properties/DestinationConfig/OnFailure/Destination',
        'position': '38:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-event-sources.yaml] W9810/wrong-event-sources.yaml'] = [
    {
        'message': 'FromQueue (AWS::Lambda::EventSourceMapping) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/FromQueue/Properties/FunctionName',
        'position': '25:7',
        'rule': 'W9810'
    },
    {
        'message': 'FromTable (AWS::Lambda::EventSourceMapping) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/FromTable/Properties/FunctionName',
        'position': '31:7',
        'rule': 'W9810'
    },
    {
        'message': 'FromStream (AWS::Lambda::EventSourceMapping) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/FromStream/Properties/FunctionName',
        'position': '38:7',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-eventbridge.yaml] W9810/wrong-eventbridge.yaml'] = [
    {
        'message': 'Placed (AWS::Events::Rule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Placed/Properties/Targets/0/Arn',
        'position': '25:11',
        'rule': 'W9810'
    },
    {
        'message': 'Nightly (AWS::Scheduler::Schedule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/Nightly/Properties/Target/Arn',
        'position': '34:9',
        'rule': 'W9810'
    },
    {
        'message': 'Pipe (AWS::Pipes::Pipe) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/Pipe/Properties/Target',
        'position': '45:7',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-function-url.yaml] W9810/wrong-function-url.yaml'] = [
    {
        'message': 'Url (AWS::Lambda::Url) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Url/Properties/TargetFunctionArn',
        'position': '23:7',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-http-api.yaml] W9810/wrong-http-api.yaml'] = [
    {
        'message': 'Integration (AWS::ApiGatewayV2::Integration) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Integration/Properties/IntegrationUri',
        'position': '29:7',
        'rule': 'W9810'
    },
    {
        'message': 'Authorizer (AWS::ApiGatewayV2::Authorizer) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Authorizer/Properties/AuthorizerUri',
        'position': '39:7',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-latest-alias.yaml] W9810/wrong-latest-alias.yaml'] = [
    {
        'message': 'Alias OrdersLive of Orders points to $LATEST, which changes in two steps during an update; point it to a published version',
        'path': 'Resources/OrdersLive/Properties/FunctionVersion',
        'position': '22:7',
        'rule': 'W9811'
    },
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders through alias OrdersLive, which changes in two steps during an update; let OrdersLive point to a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '31:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-openapi.yaml] W9810/wrong-openapi.yaml'] = [
    {
        'message': 'Api (AWS::ApiGateway::RestApi) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Api/Properties/Body/paths//orders/get/x-amazon-apigateway-integration/uri',
        'position': '35:17',
        'rule': 'W9810'
    },
    {
        'message': 'Api (AWS::ApiGateway::RestApi) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Api/Properties/Body/components/securitySchemes/caller/x-amazon-apigateway-authorizer/authorizerUri',
        'position': '45:17',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-rest-api.yaml] W9810/wrong-rest-api.yaml'] = [
    {
        'message': 'Authorizer (AWS::ApiGateway::Authorizer) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Authorizer/Properties/AuthorizerUri',
        'position': '31:7',
        'rule': 'W9810'
    },
    {
        'message': 'Get (AWS::ApiGateway::Method) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Get/Properties/Integration/Uri',
        'position': '44:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-s3-cdk.json] W9810/wrong-s3-cdk.json'] = [
    {
        'message': 'BucketNotifications8F2E257D (Custom::S3BucketNotifications) invokes $LATEST of Orders78B91A02, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/BucketNotifications8F2E257D/Properties/NotificationConfiguration/LambdaFunctionConfigurations/0/LambdaFunctionArn',
        'position': '65:15',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-s3.yaml] W9810/wrong-s3.yaml'] = [
    {
        'message': 'Bucket (AWS::S3::Bucket) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Bucket/Properties/NotificationConfiguration/LambdaConfigurations/0/Function',
        'position': '26:13',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-sam-api.yaml] W9810/wrong-sam-api.yaml'] = [
    {
        'message': 'Api (AWS::Serverless::Api) invokes $LATEST of Orders, which changes in two steps during an update; invoke !Ref Orders.Alias',
        'path': 'Resources/Api/Properties/DefinitionBody/paths//orders/get/x-amazon-apigateway-integration/uri',
        'position': '34:17',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-sam-state-machine.yaml] W9810/wrong-sam-state-machine.yaml'] = [
    {
        'message': 'State Ship of Process (AWS::Serverless::StateMachine) invokes $LATEST of Orders, which changes in two steps during an update; set AutoPublishAlias and invoke !Ref Orders.Alias, which its role must allow',
        'path': 'Resources/Process/Properties/DefinitionSubstitutions/ship',
        'position': '31:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-sam.yaml] W9810/wrong-sam.yaml'] = [
    {
        'message': 'Event Api of Orders invokes $LATEST of Orders, which changes in two steps during an update; set AutoPublishAlias on Orders and invoke that alias',
        'path': 'Resources/Orders/Properties/Events/Api',
        'position': '17:9',
        'rule': 'W9810'
    },
    {
        'message': 'Event Nightly of Orders invokes $LATEST of Orders, which changes in two steps during an update; set AutoPublishAlias on Orders and invoke that alias',
        'path': 'Resources/Orders/Properties/Events/Nightly',
        'position': '22:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-serverless-framework.json] W9810/wrong-serverless-framework.json'] = [
    {
        'message': 'OrdersEventsRuleSchedule1 (AWS::Events::Rule) invokes $LATEST of OrdersLambdaFunction, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/OrdersEventsRuleSchedule1/Properties/Targets/0/Arn',
        'position': '64:13',
        'rule': 'W9810'
    },
    {
        'message': 'HttpApiIntegrationOrders (AWS::ApiGatewayV2::Integration) invokes $LATEST of OrdersLambdaFunction, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/HttpApiIntegrationOrders/Properties/IntegrationUri',
        'position': '108:9',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-state-machine-string.yaml] W9810/wrong-state-machine-string.yaml'] = [
    {
        'message': 'State Ship of Process (AWS::StepFunctions::StateMachine) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/Process/Properties/DefinitionString',
        'position': '23:7',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-state-machine.yaml] W9810/wrong-state-machine.yaml'] = [
    {
        'message': 'State Read of Process (AWS::StepFunctions::StateMachine) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/Process/Properties/Definition/States/Read/Resource',
        'position': '28:13',
        'rule': 'W9810'
    },
    {
        'message': 'State EachOrder/Ship of Process (AWS::StepFunctions::StateMachine) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version, which its role must allow',
        'path': 'Resources/Process/Properties/Definition/States/EachOrder/ItemProcessor/States/Ship/Parameters/FunctionName',
        'position': '39:21',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-subscriptions.yaml] W9810/wrong-subscriptions.yaml'] = [
    {
        'message': 'Topic (AWS::SNS::Topic) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Topic/Properties/Subscription/0/Endpoint',
        'position': '23:11',
        'rule': 'W9810'
    },
    {
        'message': 'Logs (AWS::Logs::SubscriptionFilter) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Logs/Properties/DestinationArn',
        'position': '30:7',
        'rule': 'W9810'
    },
    {
        'message': 'Doors (AWS::IoT::TopicRule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Doors/Properties/TopicRulePayload/Actions/0/Lambda/FunctionArn',
        'position': '39:15',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong-target-groups.yaml] W9810/wrong-target-groups.yaml'] = [
    {
        'message': 'Balanced (AWS::ElasticLoadBalancingV2::TargetGroup) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Balanced/Properties/Targets/0/Id',
        'position': '24:11',
        'rule': 'W9810'
    },
    {
        'message': 'Lattice (AWS::VpcLattice::TargetGroup) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Lattice/Properties/Targets/0/Id',
        'position': '38:11',
        'rule': 'W9810'
    }
]

snapshots['test_findings[W9810/wrong.yaml] W9810/wrong.yaml'] = [
    {
        'message': 'FromQueue (AWS::Lambda::EventSourceMapping) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/FromQueue/Properties/FunctionName',
        'position': '26:7',
        'rule': 'W9810'
    },
    {
        'message': 'Nightly (AWS::Events::Rule) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/Nightly/Properties/Targets/0/Arn',
        'position': '35:11',
        'rule': 'W9810'
    },
    {
        'message': 'FromTopic (AWS::SNS::Subscription) invokes $LATEST of Orders, which changes in two steps during an update; invoke an alias of a published version',
        'path': 'Resources/FromTopic/Properties/Endpoint',
        'position': '45:7',
        'rule': 'W9810'
    }
]
